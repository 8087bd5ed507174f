/* eager.c: VM_MEM_EAGER: who writes page after page takes few faults, and nobody gets much that he
 * has not touched. */
#include "check.h"

#define PAGES 4096u /* 16 MiB */

static char *take(size_t pages, uint32_t flags) {
  char *block = VmmAlloc(pages, NULL, RW | flags);
  if (!block) die("VmmAlloc");
  return block;
}

static struct vmm_block look_at(const void *address) {
  struct vmm_block block;
  if (!VmmQuery(0, address, &block)) die("VmmQuery");
  return block;
}

static uint32_t committed(const void *address) {
  struct vmm_block block = look_at(address);
  return block.committed_clean + block.committed_dirty;
}

/* Faults of writing a word of each page in order. */
static uint64_t faults_of_filling(char *block, size_t pages) {
  uint64_t before = stats_now().faults_minor;
  for (size_t i = 0; i < pages; i++) *(volatile size_t *)(block + i * PAGE) = i + 1;
  return stats_now().faults_minor - before;
}

static bool is_filled(const char *block, size_t pages) {
  for (size_t i = 0; i < pages; i++) {
    const size_t *words = (const size_t *)(block + i * PAGE);
    if (words[0] != i + 1) return false;
    for (size_t k = 1; k < PAGE / sizeof *words; k++) {
      if (words[k] != 0) return false;
    }
  }
  return true;
}

static void in_order(void) {
  char *plain = take(PAGES, 0), *eager = take(PAGES, VM_MEM_EAGER);
  CHECK("eager_blocks_say_so", look_at(eager).flags == (RW | VM_MEM_EAGER) &&
                                   look_at(plain).flags == RW);
  CHECK("eager_costs_nothing_before_the_first_touch", committed(eager) == 0);
  memset(plain, 0xEE, PAGES * PAGE); /* frames with something in them */
  VmmFree(plain);
  plain = take(PAGES, 0);
  const size_t touched = PAGES - 9; /* so that some come in vain */
  uint64_t plain_faults = faults_of_filling(plain, touched);
  struct vmm_stats before = stats_now();
  uint64_t eager_faults = faults_of_filling(eager, touched);
  struct vmm_stats after = stats_now();
  printf("16 MiB: %u faults, eager %u\n", (unsigned)plain_faults, (unsigned)eager_faults);
  CHECK("R12_plain_blocks_fault_for_each_page", plain_faults >= touched);
  CHECK("eager_blocks_fault_for_one_page_in_seven_at_most", eager_faults * 7 <= plain_faults);
  uint32_t extra = committed(eager) - (uint32_t)touched;
  printf("16 MiB: %u pages in vain\n", (unsigned)extra);
  CHECK("eager_blocks_have_a_tenth_more_pages_at_most", extra * 10 <= touched);
  CHECK("VmmStats_counts_pages_ahead",
        after.pages_ahead - before.pages_ahead == touched + extra - eager_faults);
  CHECK("R14_pages_ahead_are_zeros", is_filled(eager, touched));
  CHECK("R15_pages_ahead_are_clean", look_at(eager).committed_clean == extra &&
                                         committed(plain) == touched);
  VmmFree(plain);
  VmmFree(eager);
}

/* Pages of 64 MiB in no order. */
static void at_random(void) {
  enum { TOUCHES = 1000, RANGE = 16384 };
  static bool seen[RANGE];
  char *block = take(RANGE, VM_MEM_EAGER);
  uint32_t random = 1, touched = 0;
  memset(seen, 0, sizeof seen); /* no faults of its own below */
  uint64_t faults = stats_now().faults_minor;
  for (int i = 0; i < TOUCHES; i++) {
    random = random * 1664525u + 1013904223u;
    const uint32_t page = random >> 18;
    touched += !seen[page];
    seen[page] = true;
    *(volatile char *)(block + page * PAGE) = 1;
  }
  faults = stats_now().faults_minor - faults;
  uint32_t extra = committed(block) - touched;
  printf("%u pages at random: %u faults, %u in vain\n", (unsigned)touched, (unsigned)faults,
         (unsigned)extra);
  CHECK("eager_pages_in_no_order_come_alone", touched > TOUCHES / 2 && extra * 50 <= touched);
  VmmFree(block);
}

/* A few pages here, a few there, as programs take their memory. */
static void in_runs(void) {
  enum { RUNS = 200, RANGE = 8192 };
  char *block = take(RANGE, VM_MEM_EAGER);
  uint32_t random = 7, touched = 0;
  uint64_t before = stats_now().faults_minor;
  for (size_t run = 0, at = 0; run < RUNS; run++) {
    random = random * 1664525u + 1013904223u;
    const size_t pages = 1 + (random >> 27);
    for (size_t i = 0; i < pages; i++, touched++) block[(at + i) * PAGE] = 1;
    at += pages + 7;
  }
  uint64_t faults = stats_now().faults_minor - before;
  uint32_t extra = committed(block) - touched;
  printf("%u pages in %u runs: %u faults, %u in vain\n", (unsigned)touched, (unsigned)RUNS,
         (unsigned)faults, (unsigned)extra);
  CHECK("eager_short_runs_have_half_the_faults_at_most", faults * 2 <= touched);
  VmmFree(block);
}

int main(void) {
  in_order();
  at_random();
  in_runs();
  return finish();
}
