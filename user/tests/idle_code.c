/* idle_code.c: who had its code goes on where no page can be written out (D3):
 *   idle_code [LEVELS]
 * Each level starts the next and waits for it, and runs a little of its code now and then; the last
 * takes memory until it is ended. */
#include "check.h"

#define MOST_LEVELS 6
#define LOOK_EVERY 5000000ull /* ns */

/* Functions on pages of their own. */
#define ON_A_PAGE(n)                                                             \
  __attribute__((noinline, aligned(4096))) static unsigned page_##n(unsigned x) { \
    return (x ^ n) * 2654435761u + n;                                            \
  }
#define PAGES(F) F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11)
PAGES(ON_A_PAGE)

#define NAME(n) page_##n,
static unsigned (*const volatile functions[])(unsigned) = {PAGES(NAME)};
#define FUNCTIONS (sizeof functions / sizeof *functions)

static unsigned run_all(void) {
  unsigned x = 1;
  for (size_t i = 0; i < FUNCTIONS; i++) x = functions[i](x);
  return x;
}

static void take_all(void) { /* ends by a report: nothing was promised */
  for (;;) {
    volatile char *block = VmmAlloc(256, NULL, RW);
    if (!block) exit(3);
    for (size_t i = 0; i < 256; i++) block[i * PAGE] = 1;
  }
}

/* Until the child has ended. */
static struct proc_status look_now_and_then(uint32_t child, unsigned *x) {
  struct proc_status status = {0, 0, 0};
  for (size_t i = 0; !ProcWait(child, LOOK_EVERY, &status); i++) {
    if (errno != ETIMEDOUT && errno != EAGAIN) die("ProcWait");
    *x = functions[i % FUNCTIONS](*x);
  }
  return status;
}

int main(int argc, char **argv) {
  int level = argc > 1 ? atoi(argv[1]) : MOST_LEVELS;
  if (level == 0) take_all();
  unsigned before = run_all(), x = 1;
  char digit[] = {(char)('0' + level - 1), 0};
  const char *const next[] = {argv[0], digit, NULL};
  uint32_t child = start_program(argv[0], next);
  if (!child) die(argv[0]);
  struct proc_status status = look_now_and_then(child, &x);
  char name[] = "D3_level_N_goes_on";
  name[9] = (char)('0' + level);
  bool grower = level == 1;
  bool ended = grower ? status.end == PROC_OUT_OF_MEMORY
                      : status.end == PROC_EXITED && status.code == 0;
  CHECK(name, ended && run_all() == before);
  return finish();
}
