/* kept.c: VmmAlloc blocks that came back (kept.h). */
#include "kept.h"

#include "demand.h"
#include "heap.h"

struct kept_block kept_blocks[KEPT_BLOCKS];

static HEAP_STATE heap_lock lock;
static HEAP_STATE uint32_t count, total; /* blocks, and their pages */
static HEAP_STATE struct demand demand;

void kept_wanted(size_t pages) {
  heap_lock_take(&lock);
  demand_taken(&demand, pages);
  heap_lock_give(&lock);
}

static struct kept_block take_out(uint32_t index) {
  struct kept_block block = kept_blocks[index];
  for (count--; index < count; index++) kept_blocks[index] = kept_blocks[index + 1];
  kept_blocks[count].pages = 0;
  total -= block.pages;
  return block;
}

void *kept_take(size_t least, size_t most, size_t *pages) {
  struct kept_block found = {NULL, 0};
  uint32_t best = KEPT_BLOCKS;
  heap_lock_take(&lock);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t held = kept_blocks[i].pages;
    bool fits = held >= least && held <= most;
    if (fits && (best == KEPT_BLOCKS || held < kept_blocks[best].pages)) best = i;
  }
  if (best < KEPT_BLOCKS) {
    found = take_out(best);
    demand_taken(&demand, found.pages);
  }
  heap_lock_give(&lock);
  *pages = found.pages;
  return found.base;
}

bool kept_give(void *base, size_t pages) {
  heap_lock_take(&lock);
  demand_given(&demand, pages);
  bool keep = pages <= demand_pages(&demand);
  uint32_t room = demand_pages(&demand) - (keep ? (uint32_t)pages : 0);
  while (count && (total > room || (keep && count == KEPT_BLOCKS))) VmmFree(take_out(0).base);
  if (keep) {
    kept_blocks[count++] = (struct kept_block){base, (uint32_t)pages};
    total += (uint32_t)pages;
  }
  heap_lock_give(&lock);
  return keep;
}

bool kept_drop(void) {
  heap_lock_take(&lock);
  bool any = count != 0;
  while (count) VmmFree(take_out(0).base);
  demand = (struct demand){0};
  heap_lock_give(&lock);
  return any;
}

uint32_t kept_pages(void) {
  heap_lock_take(&lock);
  uint32_t pages = total;
  heap_lock_give(&lock);
  return pages;
}
