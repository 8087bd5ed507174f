/* swap_kill.c: processes killed while their pages go out and come in (D1):  swap_kill [ROUNDS]
 * Each round starts two that use twice the memory, and kills them at another moment; nothing is
 * missing afterwards. */
#include "swap.h"

static void use_memory(void) {
  uint32_t pages = times_memory(2);
  volatile uint32_t *block = (volatile uint32_t *)take_pages(pages);
  for (;;) {
    for (uint32_t page = 0; page < pages; page++) block[(size_t)page * WORDS]++;
  }
}

/* Until so many more pages have gone out and come in. */
static void await_paging(const struct vmm_stats *before, uint64_t out, uint64_t in) {
  for (;;) {
    struct vmm_stats now = stats_now();
    if (now.pages_out - before->pages_out >= out && now.pages_in - before->pages_in >= in) return;
    ThrSleep(1000000);
  }
}

/* Those of a process go when the last of its transfers is over. */
static bool await_slots(uint64_t wanted) {
  for (int i = 0; i < 2000; i++) {
    if (stats_now().slots_free >= wanted) return true;
    ThrSleep(5000000);
  }
  return false;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "use") == 0) use_memory();
  int rounds = argc > 1 ? atoi(argv[1]) : 12;
  const char *const words[] = {argv[0], "use", NULL};
  bool ok = true, back = true;
  for (int round = 0; round < rounds; round++) {
    struct vmm_stats before = stats_now();
    uint32_t first = start_self(argv[0], words), second = start_self(argv[0], words);
    await_paging(&before, 200 + 37u * (uint32_t)round, round % 2 ? 100u * (uint32_t)round : 0);
    EXPECT(ok, ProcKill(first));
    EXPECT(ok, wait_for(first).end == PROC_KILLED);
    EXPECT(ok, ProcKill(second));
    EXPECT(ok, wait_for(second).end == PROC_KILLED);
    /* This program's own few pages may be out by now. */
    EXPECT(back, await_slots(before.slots_free - 64));
    EXPECT(ok, SysCheckMachine());
  }
  CHECK("D1_killed_while_paging", ok);
  CHECK("D1_their_slots_come_back", back);
  return finish();
}
