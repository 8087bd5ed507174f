/* heap.c: libc's malloc on the machine (R22): every block keeps its bytes through random calls by
 * several threads; what is freed goes back; big blocks are VmmAlloc's. */
#include <malloc.h>
#include <pthread.h>

#include "check.h"

#define SLOTS 400
#define CALLS 20000

struct slot {
  unsigned char *p;
  size_t bytes;
  unsigned char fill;
};

static bool intact(const struct slot *slot, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    if (slot->p[i] != slot->fill) return false;
  }
  return true;
}

static size_t random_size(uint32_t random) {
  uint32_t kind = random >> 28, rest = random >> 4;
  return kind < 10 ? rest % 300 : kind < 15 ? rest % 9000 : rest % 150000;
}

static void fill(struct slot *slot, size_t bytes, uint32_t random) {
  slot->bytes = bytes;
  slot->fill = (unsigned char)(random >> 8 | 1);
  memset(slot->p, slot->fill, bytes);
}

static void *churn(void *argument) {
  static __thread uint32_t state;
  struct slot *slots = calloc(SLOTS, sizeof *slots);
  bool ok = slots != NULL;
  state = (uint32_t)(uintptr_t)argument * 2654435761u + 1;
  for (int i = 0; ok && i < CALLS; i++) {
    state = state * 1664525u + 1013904223u;
    struct slot *slot = &slots[(state >> 12) % SLOTS];
    size_t bytes = random_size(state * 40503u);
    EXPECT(ok, !slot->p || intact(slot, slot->bytes));
    if (slot->p && i % 3 == 0) {
      unsigned char *p = realloc(slot->p, bytes);
      if (!p) break;
      slot->p = p;
      EXPECT(ok, intact(slot, bytes < slot->bytes ? bytes : slot->bytes));
      fill(slot, bytes, state);
      continue;
    }
    free(slot->p);
    slot->p = i % 7 == 0 ? memalign(64, bytes) : malloc(bytes);
    if (!slot->p) break;
    fill(slot, bytes, state);
  }
  for (int i = 0; i < SLOTS; i++) free(slots[i].p);
  free(slots);
  return (void *)(intptr_t)ok;
}

static void threads(void) {
  pthread_t ids[3];
  bool ok = true;
  for (int i = 0; i < 3; i++) EXPECT(ok, !pthread_create(&ids[i], NULL, churn, (void *)(i + 2)));
  for (int i = 0; i < 3; i++) {
    void *result;
    EXPECT(ok, pthread_join(ids[i], &result) == 0 && result != NULL);
  }
  CHECK("R22_three_threads", ok);
}

static void large(void) {
  struct vmm_block found;
  char *p = malloc(1 << 20);
  bool ok = VmmQuery(0, p, &found);
  CHECK("R22_a_large_block_is_VmmAllocs", ok && found.base == p && found.kind == VMM_BLOCK);
  char *volatile address = p;
  free(p);
  CHECK("R22_and_goes_back", page_state(address) == VMM_PAGE_FREE);
  p = malloc(100000);
  memset(p, 'x', 100000);
  p = realloc(p, 5000000);
  ok = p && p[99999] == 'x' && p[4999999] == 0;
  CHECK("R22_realloc_of_a_large_block", ok);
  free(p);
  errno = 0;
  CHECK("R23_malloc_of_too_much_is_ENOMEM", malloc(0x7F000000) == NULL && errno == ENOMEM);
  /* Another allocator lives beside it. */
  char *beside = take_pages(16);
  memset(beside, 7, 16 * PAGE);
  ok = churn((void *)9) != NULL;
  for (size_t i = 0; i < 16 * PAGE; i++) EXPECT(ok, beside[i] == 7);
  CHECK("R22_another_allocator_beside_it", ok);
}

/* What mallinfo counts: pages of runs and spans, and VmmAlloc blocks. */
static void counts(void) {
  struct mallinfo before = mallinfo();
  char *run = malloc(100000), *block = malloc(1 << 20);
  struct mallinfo with = mallinfo();
  bool ok = run && block;
  EXPECT(ok, with.uordblks - before.uordblks == 25 * PAGE);
  EXPECT(ok, with.hblks - before.hblks == 1 && with.hblkhd - before.hblkhd == 1 << 20);
  EXPECT(ok, with.arena % (4u << 20) == 0 && with.uordblks <= with.arena);
  memset(run, 1, 100000);
  free(run);
  struct mallinfo after = mallinfo();
  EXPECT(ok, after.uordblks == before.uordblks && after.hblks == with.hblks);
  EXPECT(ok, after.fordblks - with.fordblks >= 20 * PAGE); /* idle, until they are swept */
  free(block);
  EXPECT(ok, mallinfo().hblks == before.hblks && mallinfo().hblkhd == before.hblkhd);
  CHECK("R22_mallinfo_counts", ok);
}

static void stats(void) {
  static char line[200];
  unsigned used, arena, idle, blocks, large;
  FILE *terminal = stderr;
  char *block = malloc(3 << 20);
  stderr = fmemopen(line, sizeof line, "w");
  bool ok = block && stderr;
  struct mallinfo info = mallinfo();
  malloc_stats();
  if (stderr) fclose(stderr);
  stderr = terminal;
  int found = sscanf(line, "malloc: %u KiB in use in %u KiB of chunks, %u KiB idle; "
                     "%u large blocks, %u KiB\n", &used, &arena, &idle, &blocks, &large);
  EXPECT(ok, found == 5);
  EXPECT(ok, used >= info.uordblks >> 10 && arena >= used && blocks == info.hblks);
  EXPECT(ok, large == info.hblkhd >> 10 && large >= 3 << 10);
  free(block);
  CHECK("R22_malloc_stats_says_so", ok);
}

int main(void) {
  CHECK("R22_one_thread", churn((void *)1) != NULL);
  threads();
  large();
  counts();
  stats();
  return finish();
}
