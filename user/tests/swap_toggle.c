/* swap_toggle.c: takes the swap disk off and puts it on again, as fast as it can, beside a program
 * that needs it:  swap_toggle PROGRAM ARGUMENTS... */
#include "swap.h"

int main(int argc, char **argv) {
  if (argc < 2) die("usage");
  uint32_t pid = start_self(argv[1], (const char *const *)argv + 1);
  unsigned tries = 0, off = 0, refused = 0;
  struct proc_status ended = {0};
  bool as_expected = true;
  for (; !ProcWait(pid, 0, &ended); tries++) {
    errno = 0;
    if (SysSwapOff()) {
      off++;
      EXPECT(as_expected, SysSwapOn());
    } else if (errno == ENOMEM) {
      refused++;
    } else {
      EXPECT(as_expected, errno == ENOENT);
    }
    ThrYield();
  }
  printf("%u tries, %u times off, %u refused\n", tries, off, refused);
  CHECK("D3_nobody_ends_because_swap_is_toggled", ended.end == PROC_EXITED && ended.code == 0);
  CHECK("D3_swap_is_off_or_on", as_expected && tries > 10);
  CHECK("R13_and_the_books_balance", SysCheckMachine());
  return finish();
}
