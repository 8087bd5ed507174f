/* blocks.c: VmmAlloc and VmmFree: sizes, bases, flags, and what may not be freed. */
#include "check.h"

#define AT(address) ((void *)(uintptr_t)(address))

static void sizes(void) {
  bool ok = true;
  static const size_t bad[] = {0, 0x80000, 0x100000, SIZE_MAX, SIZE_MAX / PAGE};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    errno = 0;
    EXPECT(ok, VmmAlloc(bad[i], NULL, RW) == NULL);
    EXPECT(ok, errno == EINVAL || errno == ENOMEM);
  }
  CHECK("R21_impossible_sizes_are_refused", ok);
  errno = 0;
  CHECK("R23_no_gap_is_ENOMEM", VmmAlloc(0x7FFFF, NULL, RW) == NULL && errno == ENOMEM);
}

static void flags(void) {
  bool ok = true;
  for (int bit = 0; bit < 32; bit++) {
    uint32_t flag = 1u << bit;
    bool known = flag <= 0x10 || flag == VM_MEM_GUARANTEED || flag == VM_MEM_EAGER;
    errno = 0;
    void *block = VmmAlloc(1, NULL, VM_MEM_READ | flag);
    EXPECT(ok, known ? block != NULL : block == NULL && errno == EINVAL);
    VmmFree(block);
  }
  CHECK("flags_unknown_bits_are_EINVAL", ok);
  struct vmm_block found;
  char *block = VmmAlloc(3, NULL, VM_MEM_WRITE);
  ok = VmmQuery(0, block + PAGE, &found);
  EXPECT(ok, found.base == block && found.pages == 3 && found.kind == VMM_BLOCK);
  EXPECT(ok, (found.flags & RW) == RW && found.uncommitted == 3);
  CHECK("flags_WRITE_implies_READ", ok);
  VmmFree(block);
  block = VmmAlloc(1, NULL, 0);
  ok = VmmQuery(0, block, &found);
  CHECK("flags_none_is_no_access", ok && (found.flags & RW) == 0);
  VmmFree(block);
}

static void bases(void) {
  char *first = VmmAlloc(4, AT(0x31000123), RW);
  CHECK("R24_base_is_rounded_down_and_honoured", first == AT(0x31000000));
  memset(first, 'a', 4 * PAGE);
  char *second = VmmAlloc(4, AT(0x31002000), RW);
  CHECK("R24_a_clash_goes_to_the_nearest_gap_above", second == AT(0x31004000));
  bool ok = second != NULL;
  for (size_t i = 0; i < 4 * PAGE; i++) EXPECT(ok, first[i] == 'a');
  CHECK("R24_what_was_there_is_untouched", ok);
  char *high = VmmAlloc(1, AT(0x90000000), RW);
  CHECK("R08_nothing_at_or_above_2GiB", (uintptr_t)high < 0x80000000u);
  char *low = VmmAlloc(1, AT(0x10), RW);
  CHECK("R09_never_page_0", low == NULL || (uintptr_t)low >= PAGE);
  VmmFree(high);
  VmmFree(low);
  VmmFree(second);
  struct vmm_block gap;
  for (uintptr_t at = 0x7FFFF000; VmmQuery(0, AT(at), &gap); at = (uintptr_t)gap.base - PAGE) {
    if (gap.kind == VMM_FREE) break;
  }
  uintptr_t end = (uintptr_t)gap.base + gap.pages * PAGE;
  high = VmmAlloc(2, AT(end - 2 * PAGE), RW);
  ok = high == AT(end - 2 * PAGE);
  if (ok) high[2 * PAGE - 1] = 1;
  CHECK("R08_a_block_may_end_where_the_gap_ends", ok);
  VmmFree(high);
  VmmFree(first);
}

static void frees(void) {
  char *block = take_pages(5);
  block[0] = block[4 * PAGE] = 1;
  CHECK("R25_any_address_inside_frees_the_whole", VmmFree(block + 3 * PAGE + 77));
  CHECK("R25_all_pages_are_gone", page_state(block) == VMM_PAGE_FREE &&
                                      page_state(block + 4 * PAGE) == VMM_PAGE_FREE);
  int local;
  char *reserved = VmmReserveArea(4, NULL);
  struct { const char *name; void *address; } classes[] = {
      {"R25_not_NULL", NULL}, {"R25_not_page_0", AT(0x123)}, {"R25_not_a_freed_block", block},
      {"R25_not_free_memory", AT(0x6FFF0000)}, {"R25_not_a_kernel_address", AT(0x80100000)},
      {"R25_not_the_top", AT(0xFFFFFFFF)}, {"R25_not_a_module", (void *)(uintptr_t)frees},
      {"R25_not_a_stack", &local}, {"R25_not_a_reserved_area", reserved}};
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    uint64_t free_before = stats_now().frames_free;
    errno = 0;
    bool freed = VmmFree(classes[i].address);
    int error = errno;
    CHECK(classes[i].name, !freed && error != 0 && stats_now().frames_free == free_before);
  }
  VmmUnmap(reserved);
}

/* Neighbouring free ranges merge: a hole made of three blocks takes one as large as all. */
static void merging(void) {
  char *blocks[3], *base = AT(0x32000000);
  for (int i = 0; i < 3; i++) blocks[i] = VmmAlloc(8, base + (size_t)i * 8 * PAGE, RW);
  VmmFree(blocks[0]);
  VmmFree(blocks[2]);
  VmmFree(blocks[1]);
  char *whole = VmmAlloc(24, base, RW);
  CHECK("regression_free_neighbours_merge", whole == base);
  VmmFree(whole);
}

/* Past libc: the calls have the numbers 0x500 and 0x501, by int 0x30. */
static void system_calls(void) {
  const uint32_t wanted[] = {2, 0x33000000, RW};
  struct raw_result block = raw_call(0x500, wanted, sizeof wanted);
  char *base = AT(block.value);
  CHECK("R20_VmmAlloc_is_a_system_call", base == AT(0x33000000) && block.error == 0 &&
                                             page_state(base) == VMM_PAGE_UNCOMMITTED);
  const uint32_t inside[] = {block.value + PAGE};
  struct raw_result freed = raw_call(0x501, inside, sizeof inside);
  CHECK("R20_VmmFree_is_a_system_call", freed.value == 1 && freed.error == 0 &&
                                            page_state(base) == VMM_PAGE_FREE);
}

/* Code and data came with the EXE, the rest by VmmAlloc. */
static void sources(void) {
  static int data = 1;
  struct vmm_block code_block, data_block, run_time;
  char *block = take_pages(1);
  bool ok = VmmQuery(0, (void *)(uintptr_t)sources, &code_block) &&
            VmmQuery(0, &data, &data_block) && VmmQuery(0, block, &run_time);
  CHECK("R07_the_EXE_brings_code_and_data",
        ok && code_block.kind == VMM_IMAGE && data_block.kind == VMM_IMAGE);
  CHECK("R07_VmmAlloc_gives_more_at_run_time", ok && run_time.kind == VMM_BLOCK);
  VmmFree(block);
}

int main(void) {
  system_calls();
  sources();
  sizes();
  flags();
  bases();
  frees();
  merging();
  return finish();
}
