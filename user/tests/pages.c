/* pages.c: a page's life: uncommitted, committed by the first touch, clean, dirty, free again. */
#include "check.h"
#include "features.h"

/* Faults between two looks; the looks themselves touch nothing new. */
static uint64_t minor_faults(void) { return stats_now().faults_minor; }

static void commit_on_touch(void) {
  volatile char *block = take_pages(8);
  minor_faults();
  bool ok = true;
  for (int i = 0; i < 8; i++) EXPECT(ok, page_state(block + i * PAGE) == VMM_PAGE_UNCOMMITTED);
  CHECK("R11_fresh_pages_are_uncommitted", ok);
  uint64_t before = minor_faults();
  block[3 * PAGE + 5] = 1;
  CHECK("R12_first_write_is_one_fault", minor_faults() == before + 1);
  CHECK("R12_written_page_is_dirty", page_state(block + 3 * PAGE) == VMM_PAGE_DIRTY);
  ok = page_state(block + 2 * PAGE) == VMM_PAGE_UNCOMMITTED;
  CHECK("R12_neighbours_stay_uncommitted",
        ok && page_state(block + 4 * PAGE) == VMM_PAGE_UNCOMMITTED);
  before = minor_faults();
  for (int i = 0; i < 100; i++) block[3 * PAGE + i] = (char)i;
  CHECK("R12_repeated_writes_do_not_fault", minor_faults() == before);

  before = minor_faults();
  char seen = block[5 * PAGE];
  CHECK("R14_fresh_page_reads_zero", seen == 0);
  CHECK("R12_first_read_is_one_fault", minor_faults() == before + 1);
  CHECK("R15_read_page_is_clean", page_state(block + 5 * PAGE) == VMM_PAGE_CLEAN);
  before = minor_faults();
  seen = block[5 * PAGE + 100];
  CHECK("R12_repeated_reads_do_not_fault", minor_faults() == before);
  block[5 * PAGE] = 1;
  CHECK("R12_write_after_read_is_at_most_one_more", minor_faults() <= before + 1);
  CHECK("R15_then_it_is_dirty", page_state(block + 5 * PAGE) == VMM_PAGE_DIRTY);
  VmmFree((void *)block);
  CHECK("R10_freed_page_is_free", page_state(block + 3 * PAGE) == VMM_PAGE_FREE);
}

static void fresh_again(void) {
  char *block = VmmAlloc(64, (void *)0x30000000, RW);
  if (!block) die("VmmAlloc");
  memset(block, 0xEE, 64 * PAGE);
  VmmFree(block);
  char *again = VmmAlloc(64, (void *)0x30000000, RW);
  bool ok = true;
  EXPECT(ok, again == block);
  for (size_t i = 0; i < 64; i++) {
    EXPECT(ok, page_state(again + i * PAGE) == VMM_PAGE_UNCOMMITTED);
  }
  for (size_t i = 0; i < 64 * PAGE; i++) EXPECT(ok, again[i] == 0);
  CHECK("R14_a_range_used_again_is_fresh", ok);
  VmmFree(again);
}

/* A system call that writes to a clean page makes it dirty, one to an untouched page commits it. */
static void dirtied_by_the_kernel(void) {
  char *block = take_pages(4);
  volatile char seen = block[0];
  (void)seen;
  bool ok = page_state(block) == VMM_PAGE_CLEAN;
  EXPECT(ok, SysClock(SYS_CLOCK_MONOTONIC, (struct sys_time *)block));
  CHECK("R15_kernel_writes_make_dirty", ok && page_state(block) == VMM_PAGE_DIRTY);
  ok = SysClock(SYS_CLOCK_MONOTONIC, (struct sys_time *)(block + 2 * PAGE - 8));
  EXPECT(ok, page_state(block + PAGE) == VMM_PAGE_DIRTY);
  EXPECT(ok, page_state(block + 2 * PAGE) == VMM_PAGE_DIRTY);
  EXPECT(ok, ((struct sys_time *)(block + 2 * PAGE - 8))->ns != 0);
  CHECK("R05_kernel_writes_across_uncommitted_pages", ok);
  VmmFree(block);
}

/* A gigabyte costs next to nothing until it is touched. */
static void sparse(void) {
  const size_t pages = (1u << 30) / PAGE;
  uint64_t before = stats_now().frames_free;
  volatile char *block = VmmAlloc(pages, NULL, RW);
  if (!CHECK("R11_1GiB_is_allocated", block != NULL)) return;
  CHECK("R11_and_costs_at_most_two_frames", stats_now().frames_free + 2 >= before);
  bool ok = true;
  for (size_t i = 0; i < 16; i++) {
    volatile char *page = block + i * (64u << 20);
    EXPECT(ok, *page == 0);
    *page = (char)(i + 1);
  }
  for (size_t i = 0; i < 16; i++) EXPECT(ok, block[i * (64u << 20)] == (char)(i + 1));
  CHECK("R11_touched_here_and_there", ok);
  CHECK("R11_a_touch_costs_its_tables", stats_now().frames_free + 16 * 4 >= before);
  VmmFree((void *)block);
  CHECK("D1_all_of_it_comes_back", stats_now().frames_free >= before);
}

/* The kernel fills and copies pages with registers that are the program's. */
static const uint32_t in_xmm[4][4] = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}, {13, 14, 15}};

static bool touch_keeps_registers(volatile char *page) {
  uint32_t after[4][4];
  if (!(cpu_features() & CPU_SSE)) {
    *page = 1;
    return true;
  }
  __asm__ volatile("movups (%1), %%xmm0; movups 16(%1), %%xmm1; movups 32(%1), %%xmm2;"
                   "movups 48(%1), %%xmm3; movb $1, (%0);"
                   "movups %%xmm0, (%2); movups %%xmm1, 16(%2); movups %%xmm2, 32(%2);"
                   "movups %%xmm3, 48(%2)"
                   : : "r"(page), "r"(in_xmm), "r"(after) : "memory");
  return memcmp(in_xmm, after, sizeof after) == 0;
}

static volatile char filled[2 * PAGE] __attribute__((aligned(4096))) = {[0 ... 2 * PAGE - 1] = 7};

static bool rest_is(volatile char *page, char value) {
  for (size_t i = 1; i < PAGE; i++) {
    if (page[i] != value) return false;
  }
  return *page == 1;
}

/* More pages than the kernel keeps zeroed, so that most are zeroed by the fault itself. */
#define MANY 1200u
static void faults_leave_registers_alone(void) {
  char *used = take_pages(MANY);
  memset(used, 0xEE, MANY * PAGE);
  VmmFree(used);
  volatile char *fresh = take_pages(MANY);
  bool ok = true;
  for (size_t i = 0; i < MANY; i++) {
    EXPECT(ok, touch_keeps_registers(fresh + i * PAGE));
    EXPECT(ok, rest_is(fresh + i * PAGE, 0));
  }
  VmmFree((void *)fresh);
  CHECK("R14_zeroing_a_page_keeps_the_registers", ok);
  ok = filled[PAGE] == 7;
  EXPECT(ok, touch_keeps_registers(filled + PAGE));
  CHECK("R16_copying_a_page_keeps_the_registers", ok && rest_is(filled + PAGE, 7));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 512);
  printf("pages\n");
  commit_on_touch();
  fresh_again();
  dirtied_by_the_kernel();
  faults_leave_registers_alone();
  sparse();
  return finish();
}
