/* swap_random.c: random pages of a block of four times the memory, read whole, half of them
 * rewritten, beside a table of what each page must hold (R13):  swap_random [TIMES] */
#include "swap.h"

int main(int argc, char **argv) {
  uint32_t pages = times_memory(argc > 1 ? atof(argv[1]) : 4);
  volatile uint32_t *block = (volatile uint32_t *)take_pages(pages);
  uint8_t *generations = calloc(pages, 1);
  if (!generations) die("calloc");
  for (uint32_t page = 0; page < pages; page++) write_page(block + page * WORDS, page, 0);
  struct vmm_stats before = stats_now();
  bool ok = true;
  for (uint32_t i = 0; i < pages; i++) {
    uint32_t page = random_below(pages);
    EXPECT(ok, page_is(block + page * WORDS, page, generations[page]));
    if (i % 2) write_page(block + page * WORDS, page, ++generations[page]);
  }
  CHECK("R13_random_touches", ok);
  struct vmm_stats now = stats_now();
  uint64_t faults = now.faults_major - before.faults_major, ios = now.ios_in - before.ios_in;
  printf("%u major faults, %u reads\n", (unsigned)faults, (unsigned)ios);
  CHECK("R13_a_random_fault_reads_once", faults > pages / 2 && ios * 10 <= faults * 11);
  for (uint32_t page = 0; page < pages; page++) {
    EXPECT(ok, page_is(block + page * WORDS, page, generations[page]));
  }
  CHECK("R13_every_page_at_the_end", ok);
  free(generations);
  VmmFree((void *)block);
  return finish();
}
