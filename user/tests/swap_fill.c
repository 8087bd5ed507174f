/* swap_fill.c: a block of four times the memory, every byte of it (R13):
 *   swap_fill [TIMES [step | ROUNDS [slow]]]
 * Written front to back, read, modified on the way while it is read, read from the back; all but
 * the first so many rounds, slow: with rests. step: says where it is and waits for a byte from
 * stdin before it reads, or without stdin (in the background) until it is killed. */
#include <unistd.h>

#include "swap.h"

static volatile uint32_t *block;
static uint32_t pages;
static bool slow;

static volatile uint32_t *at(uint32_t page) { return block + (size_t)page * WORDS; }

static bool pass(uint32_t generation, bool backwards, bool rewrite) {
  for (uint32_t i = 0; i < pages; i++) {
    uint32_t page = backwards ? pages - 1 - i : i;
    if (!page_is(at(page), page, generation)) {
      printf("page %u of %u is not what was written\n", (unsigned)page, (unsigned)pages);
      return false;
    }
    if (rewrite) write_page(at(page), page, generation + 1);
    if (slow && i % 16 == 0) ThrSleep(1000000);
  }
  return true;
}

int main(int argc, char **argv) {
  bool step = argc > 2 && strcmp(argv[2], "step") == 0;
  slow = argc > 3 && strcmp(argv[3], "slow") == 0;
  pages = times_memory(argc > 1 ? atof(argv[1]) : 4);
  block = (volatile uint32_t *)take_pages(pages);
  struct vmm_stats before = stats_now();
  for (uint32_t page = 0; page < pages; page++) write_page(at(page), page, 1);
  if (step) {
    char byte;
    printf("written\n");
    fflush(stdout);
    while (read(0, &byte, 1) < 0) sleep(1000);
  }
  uint32_t rounds = argc > 2 && !step ? (uint32_t)atoi(argv[2]) : 1;
  bool read_ok = true, rewrite_ok = true, backwards_ok = true;
  for (uint32_t round = 1; round <= rounds; round++) {
    read_ok = read_ok && pass(round, false, false);
    rewrite_ok = rewrite_ok && pass(round, false, true);
    backwards_ok = backwards_ok && pass(round + 1, true, false);
  }
  CHECK("R13_sequential_read", read_ok);
  CHECK("R13_sequential_read_and_rewrite", rewrite_ok);
  CHECK("R13_sequential_read_backwards", backwards_ok);
  struct vmm_stats now = stats_now();
  printf("%u pages, %llu in, %llu out, %llu + %llu transfers\n", (unsigned)pages,
         (unsigned long long)(now.pages_in - before.pages_in),
         (unsigned long long)(now.pages_out - before.pages_out),
         (unsigned long long)(now.ios_in - before.ios_in),
         (unsigned long long)(now.ios_out - before.ios_out));
  VmmFree((void *)block);
  return finish();
}
