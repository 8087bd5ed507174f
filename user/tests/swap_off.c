/* swap_off.c: the swap disk taken away and put back while pages are on it (R13):  swap_off */
#include "swap.h"

static volatile uint32_t *filled(uint32_t pages, uint32_t generation) {
  volatile uint32_t *block = (volatile uint32_t *)take_pages(pages);
  for (uint32_t page = 0; page < pages; page++) write_page(block + page * WORDS, page, generation);
  return block;
}

static bool holds(const volatile uint32_t *block, uint32_t pages, uint32_t generation) {
  bool ok = true;
  for (uint32_t page = 0; page < pages; page++) {
    EXPECT(ok, page_is(block + page * WORDS, page, generation));
  }
  return ok;
}

/* Reads and writes other memory until a quarter of the block's pages are out. */
static bool press(const volatile uint32_t *block, uint32_t pages) {
  uint32_t others = times_memory(1.5);
  volatile uint32_t *other = (volatile uint32_t *)take_pages(others);
  struct vmm_block found = {0};
  for (int pass = 0; pass < 20 && found.paged_out < pages / 4; pass++) {
    for (uint32_t page = 0; page < others; page++) other[page * WORDS + page % WORDS]++;
    if (!VmmQuery(0, (const void *)block, &found)) die("VmmQuery");
  }
  VmmFree((void *)other);
  return found.paged_out >= pages / 4;
}

static void too_much(void) {
  uint32_t pages = times_memory(2);
  volatile uint32_t *block = filled(pages, 1);
  errno = 0;
  bool refused = !SysSwapOff() && errno == ENOMEM;
  CHECK("R13_swapoff_refuses_what_does_not_fit",
        refused && stats_now().slots_total > 0 && holds(block, pages, 1));
  VmmFree((void *)block);
}

static void off_and_on(void) {
  uint32_t pages = times_memory(0.5);
  volatile uint32_t *block = filled(pages, 2);
  bool out = press(block, pages);
  CHECK("R13_swapoff_brings_all_back", out && SysSwapOff() && stats_now().slots_total == 0);
  struct vmm_stats before = stats_now();
  bool ok = holds(block, pages, 2);
  CHECK("R13_and_all_is_what_it_was", ok && stats_now().pages_out == before.pages_out);
  errno = 0;
  ok = !SysSwapOff() && errno == ENOENT;
  ok = ok && SysSwapOn() && !SysSwapOn() && errno == EBUSY;
  ok = ok && press(block, pages) && stats_now().pages_out > before.pages_out;
  CHECK("R13_swapon_again", ok && holds(block, pages, 2));
  VmmFree((void *)block);
}

/* A child: reads and rewrites its pages so many times. */
static int load(int passes) {
  uint32_t pages = times_memory(0.3);
  volatile uint32_t *block = filled(pages, 0);
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t page = 0; page < pages; page++) {
      if (!page_is(block + page * WORDS, page, (uint32_t)pass)) return 3;
      write_page(block + page * WORDS, page, (uint32_t)pass + 1);
    }
    ThrSleep(1000000);
  }
  return 0;
}

static void under_load(const char *self) {
  const char *const words[] = {self, "load", NULL};
  uint32_t children[2] = {start_self(self, words), start_self(self, words)};
  uint32_t pages = times_memory(0.2);
  volatile uint32_t *block = filled(pages, 3);
  int off = 0, refused = 0;
  bool ok = true;
  for (int round = 0; round < 10; round++) {
    if (SysSwapOff()) off++;
    else refused += errno == ENOMEM;
    if (off + refused != round + 1) printf("errno %d\n", errno);
    ok = ok && holds(block, pages, 3);
    SysSwapOn();
    press(block, pages);
  }
  for (int i = 0; i < 2; i++) {
    struct proc_status status = wait_for(children[i]);
    EXPECT(ok, status.end == PROC_EXITED && status.code == 0);
  }
  printf("%d times off, %d refused\n", off, refused);
  CHECK("R13_swapoff_under_load", ok && off + refused == 10);
  VmmFree((void *)block);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "load") == 0) return load(30);
  too_much();
  off_and_on();
  under_load(argv[0]);
  CHECK("R13_and_the_books_balance", SysCheckMachine());
  return finish();
}
