/* block_calls.c: reserving, protecting, resizing, discarding, promising; calls not built yet. */
#include "check.h"

static void reserving(void) {
  char *area = VmmReserveArea(16, NULL);
  if (!CHECK("reserve_an_area", area != NULL)) return;
  CHECK("reserved_pages_say_so", page_state(area) == VMM_PAGE_RESERVED);
  char *part = VmmAlloc(4, area + 4 * PAGE, RW);
  CHECK("VmmAlloc_takes_exactly_the_part", part == area + 4 * PAGE);
  part[0] = 1;
  char *other = VmmAlloc(16, area, RW);
  CHECK("otherwise_it_counts_as_taken", other && (other + 16 * PAGE <= area ||
                                                  other >= area + 16 * PAGE));
  VmmFree(other);
  errno = 0;
  CHECK("VmmUnmap_with_blocks_is_EBUSY", !VmmUnmap(area) && errno == EBUSY);
  CHECK("a_block_goes_back_to_the_reservation",
        VmmFree(part) && page_state(part) == VMM_PAGE_RESERVED);
  CHECK("then_VmmUnmap_ends_it", VmmUnmap(area) && page_state(area) == VMM_PAGE_FREE);
}

static void protecting(void) {
  char *block = take_pages(8);
  memset(block, 7, 8 * PAGE);
  struct vmm_block found;
  bool ok = VmmProtect(block + 2 * PAGE, 3, VM_MEM_READ);
  EXPECT(ok, VmmQuery(0, block + 3 * PAGE, &found) && (found.flags & RW) == VM_MEM_READ);
  EXPECT(ok, VmmQuery(0, block + 6 * PAGE, &found) && (found.flags & RW) == RW);
  for (size_t i = 0; i < 8 * PAGE; i++) EXPECT(ok, block[i] == 7);
  CHECK("VmmProtect_a_part", ok);
  EXPECT(ok, VmmProtect(block, 8, RW));
  block[3 * PAGE] = 8;
  CHECK("VmmProtect_back", ok && block[3 * PAGE] == 8);
  errno = 0;
  CHECK("VmmProtect_stays_inside_a_block", !VmmProtect(block, 9, RW) && errno == EINVAL);
  CHECK("VmmProtect_not_page_0", !VmmProtect(NULL, 1, RW));
  VmmFree(block + 7 * PAGE);
  CHECK("a_protected_block_is_still_one", page_state(block) == VMM_PAGE_FREE);
}

static void resizing(void) {
  char *block = VmmAlloc(4, (void *)0x33000000, RW), *wall = VmmAlloc(1, (void *)0x33006000, RW);
  memset(block, 3, 4 * PAGE);
  char *grown = VmmResize(block, 6);
  bool ok = grown == block;
  for (size_t i = 0; ok && i < 6 * PAGE; i++) EXPECT(ok, grown[i] == (i < 4 * PAGE ? 3 : 0));
  CHECK("VmmResize_grows_in_place", ok);
  uint64_t free_before = stats_now().frames_free;
  char *moved = VmmResize(block, 600);
  ok = moved != NULL && moved != block && stats_now().frames_free + 4 >= free_before;
  for (size_t i = 0; ok && i < 6 * PAGE; i++) EXPECT(ok, moved[i] == (i < 4 * PAGE ? 3 : 0));
  CHECK("VmmResize_moves_pages_not_bytes", ok && page_state(block) == VMM_PAGE_FREE);
  char *shrunk = VmmResize(moved, 2);
  CHECK("VmmResize_shrinks", shrunk && shrunk[2 * PAGE - 1] == 3 &&
                                 page_state(shrunk + 2 * PAGE) == VMM_PAGE_FREE);
  errno = 0;
  CHECK("VmmResize_not_to_nothing", VmmResize(shrunk, 0) == NULL && errno == EINVAL);
  VmmFree(shrunk);
  VmmFree(wall);
}

static void discarding(void) {
  char *block = take_pages(4);
  memset(block, 9, 4 * PAGE);
  uint64_t before = stats_now().frames_free;
  bool ok = VmmAdvise(block + PAGE, 2, VM_ADVISE_DISCARD);
  EXPECT(ok, page_state(block + PAGE) == VMM_PAGE_UNCOMMITTED);
  EXPECT(ok, stats_now().frames_free >= before + 2);
  EXPECT(ok, block[PAGE] == 0 && block[3 * PAGE - 1] == 0);
  EXPECT(ok, block[PAGE - 1] == 9 && block[3 * PAGE] == 9);
  CHECK("VmmAdvise_discard", ok);
  errno = 0;
  CHECK("VmmAdvise_unknown_is_EINVAL", !VmmAdvise(block, 1, 77) && errno == EINVAL);
  VmmFree(block);
}

static void promising(void) {
  struct vmm_stats stats = stats_now();
  size_t most = (size_t)(stats.frames_total + stats.slots_total) + 1;
  errno = 0;
  void *block = most < 0x7FFFF ? VmmAlloc(most, NULL, RW | VM_MEM_GUARANTEED) : NULL;
  if (most < 0x7FFFF) {
    CHECK("D3_a_promise_that_cannot_be_kept_is_refused", block == NULL && errno == ENOMEM);
  } else {
    printf("SKIP D3_a_promise_that_cannot_be_kept_is_refused: more memory than addresses\n");
  }
  block = VmmAlloc(64, NULL, RW | VM_MEM_GUARANTEED);
  CHECK("D3_a_small_promise_is_kept", block != NULL);
  if (block) memset(block, 1, 64 * PAGE);
  VmmFree(block);
}

static void locking(void) {
  char *block = take_pages(4);
  CHECK("VmmLock_commits_the_pages", VmmLock(block + PAGE, 2) &&
        page_state(block) == VMM_PAGE_UNCOMMITTED &&
        page_state(block + PAGE) != VMM_PAGE_UNCOMMITTED);
  errno = 0;
  CHECK("S1_VmmLock_has_a_quota", !VmmLock(VmmAlloc(0x40000, NULL, RW), 0x40000) &&
        errno == ENOMEM);
  errno = 0;
  CHECK("VmmLock_of_no_block_is_EINVAL", !VmmLock((void *)0x1000, 1) && errno == EINVAL);
  CHECK("VmmUnlock", VmmUnlock(block, 4));
  CHECK("VmmAdvise_will_need", VmmAdvise(block, 4, VM_ADVISE_WILL_NEED));
  VmmFree(block);
}

static void not_built(void) {
  char *block = take_pages(1);
  bool ok = true;
  errno = 0;
  EXPECT(ok, VmmMapFile(1, NULL, 1, VM_MEM_READ) == NULL && errno != 0);
  errno = 0;
  EXPECT(ok, !VmmFlush(block, 1) && errno != 0);
  struct raw_result result = raw_call(0x77777, NULL, 0);
  EXPECT(ok, result.value == 0 && result.error == ENOSYS);
  CHECK("what_is_not_there_says_so", ok);
  VmmFree(block);
}

int main(void) {
  reserving();
  protecting();
  resizing();
  discarding();
  promising();
  locking();
  not_built();
  return finish();
}
