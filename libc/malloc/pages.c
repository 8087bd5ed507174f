/* pages.c: runs of pages in chunks (pages.h).
 *
 * The lowest place that fits is taken, so that what lies high empties. Pages that are given back
 * keep what they hold for a while. When more of them than an eighth of what is in use, and 256 KiB,
 * lie idle, a sweep gives back to the kernel what was idle at the last sweep already, the highest
 * first. A chunk that is empty goes back whole if it is not the only one. */
#include <stddef.h>

#include "demand.h"
#include "pages.h"

#define IDLE_PAGES 64u /* may always lie idle */
#define EAGER_PAGES 15u /* come along with a touch at most */

uint8_t heap_class[HEAP_PAGES];

static HEAP_STATE heap_lock lock;
static HEAP_STATE struct chunk *chunks, *last_chunk;
static HEAP_STATE uint32_t empty_chunks, used_pages, touched_free;
static HEAP_STATE uint32_t given_back; /* pages, since the last sweep */
static HEAP_STATE struct demand demand;

/* ---- bits ------------------------------------------------------------------------------------ */
/* The first page from `page` on whose bit is `value`, or `limit`. */
static HEAP_FIRST uint32_t next_bit(const uint32_t *bits, uint32_t page, uint32_t limit,
                                    bool value) {
  while (page < limit) {
    uint32_t word = (value ? bits[page / 32] : ~bits[page / 32]) >> page % 32;
    if (word) {
      page += (uint32_t)__builtin_ctz(word);
      return page < limit ? page : limit;
    }
    page = (page / 32 + 1) * 32;
  }
  return limit;
}

/* The bits of [page, end) that lie in page's word. */
static uint32_t word_mask(uint32_t page, uint32_t end) {
  uint32_t first = page % 32, count = end - page < 32 - first ? end - page : 32 - first;
  return (count == 32 ? ~0u : (1u << count) - 1) << first;
}

static uint32_t next_word(uint32_t page, uint32_t end) {
  uint32_t next = (page / 32 + 1) * 32;
  return next < end ? next : end;
}

/* By hand: the compiler's function for it lies elsewhere. Sums of two bits, of four, of eight. */
static inline uint32_t bits_in(uint32_t word) {
  word -= word >> 1 & 0x55555555u;
  word = (word & 0x33333333u) + (word >> 2 & 0x33333333u);
  return ((word + (word >> 4)) & 0x0F0F0F0Fu) * 0x01010101u >> 24;
}

static HEAP_FIRST uint32_t count_bits(const uint32_t *bits, uint32_t page, uint32_t end) {
  uint32_t count = 0;
  for (; page < end; page = next_word(page, end)) {
    count += bits_in(bits[page / 32] & word_mask(page, end));
  }
  return count;
}

static HEAP_FIRST void set_bits(uint32_t *bits, uint32_t page, uint32_t end, bool value) {
  for (; page < end; page = next_word(page, end)) {
    uint32_t mask = word_mask(page, end);
    bits[page / 32] = value ? bits[page / 32] | mask : bits[page / 32] & ~mask;
  }
}

/* ---- chunks ---------------------------------------------------------------------------------- */
static char *aligned_block(void) {
  static HEAP_STATE char *hint; /* behind the newest chunk */
  const uint32_t flags = VM_MEM_READ | VM_MEM_WRITE | VM_MEM_EAGER;
  char *base = (char *)VmmAlloc(CHUNK_PAGES, hint, flags);
  if (base && (uintptr_t)base % CHUNK_BYTES) {
    VmmFree(base);
    base = (char *)VmmAlloc(2 * CHUNK_PAGES - 1, NULL, flags);
    base = base ? (char *)chunk_of(base + CHUNK_BYTES - 1) : NULL;
  }
  if (base) hint = base + CHUNK_BYTES;
  return base;
}

static void link_chunk(struct chunk *chunk) {
  struct chunk *below = last_chunk;
  while (below && below > chunk) below = below->previous;
  chunk->previous = below;
  chunk->next = below ? below->next : chunks;
  *(below ? &below->next : &chunks) = chunk;
  *(chunk->next ? &chunk->next->previous : &last_chunk) = chunk;
}

static void unlink_chunk(struct chunk *chunk) {
  *(chunk->previous ? &chunk->previous->next : &chunks) = chunk->next;
  *(chunk->next ? &chunk->next->previous : &last_chunk) = chunk->previous;
}

static struct chunk *add_chunk(void) {
  struct chunk *chunk = (struct chunk *)aligned_block();
  if (!chunk) return NULL;
  char *base = (char *)chunk;
  if (!VmmProtect(base + ((CHUNK_FIRST - 1) << PAGE_SHIFT), 1, 0) ||
      !VmmProtect(base + (CHUNK_END << PAGE_SHIFT), 1, 0)) {
    VmmFree(chunk);
    return NULL;
  }
  chunk->free_pages = CHUNK_END - CHUNK_FIRST; /* written to first: to read first is a fault more */
  set_bits(chunk->used, 0, CHUNK_FIRST, true);
  set_bits(chunk->used, CHUNK_END, CHUNK_PAGES, true);
  chunk->no_run = chunk->no_group = CHUNK_PAGES;
  link_chunk(chunk);
  empty_chunks++;
  return chunk;
}

static void drop_chunk(struct chunk *chunk) {
  unlink_chunk(chunk);
  touched_free -= count_bits(chunk->touched, CHUNK_FIRST, CHUNK_END);
  empty_chunks--;
  VmmFree(chunk);
}

/* ---- finding room ---------------------------------------------------------------------------- */
/* 0: none. Page 0 is a record's. */
static HEAP_FIRST uint32_t find_group(struct chunk *chunk, uint32_t pages) {
  static const uint32_t starts[] = {0xFFFFFFFF, 0x55555555, 0x11111111, 0x01010101, 0x00010001};
  if (pages >= chunk->no_group || chunk->free_pages < pages) return 0;
  uint32_t aligned = starts[__builtin_ctz(pages)];
  for (uint32_t word = CHUNK_FIRST / 32; word < CHUNK_WORDS; word++) {
    uint32_t free = ~chunk->used[word];
    for (uint32_t length = 1; length < pages; length *= 2) free &= free >> length;
    free &= aligned;
    if (free) return word * 32 + (uint32_t)__builtin_ctz(free);
  }
  chunk->no_group = pages;
  return 0;
}

/* A bit where so many set bits in a row begin. */
static uint32_t starts_of(uint32_t bits, uint32_t pages) {
  for (uint32_t length = 1; length < pages;) {
    uint32_t step = length < pages - length ? length : pages - length;
    bits &= bits >> step;
    length += step;
  }
  return bits;
}

static uint32_t find_run(struct chunk *chunk, uint32_t pages) {
  if (pages >= chunk->no_run || chunk->free_pages < pages) return 0;
  uint32_t before = 0; /* free pages just before the word */
  for (uint32_t word = CHUNK_FIRST / 32; word < CHUNK_WORDS; word++) {
    uint32_t used = chunk->used[word];
    uint32_t first = used ? (uint32_t)__builtin_ctz(used) : 32;
    if (before + first >= pages) return word * 32 - before;
    uint32_t starts = pages < 32 ? starts_of(~used, pages) : 0;
    if (starts) return word * 32 + (uint32_t)__builtin_ctz(starts);
    before = used ? (uint32_t)__builtin_clz(used) : before + 32;
  }
  chunk->no_run = pages;
  return 0;
}

static HEAP_FIRST void mark_used(struct chunk *chunk, uint32_t page, uint32_t end) {
  if (chunk->free_pages == CHUNK_END - CHUNK_FIRST) empty_chunks--;
  set_bits(chunk->used, page, end, true);
  chunk->free_pages -= end - page;
  used_pages += end - page;
  demand_taken(&demand, end - page);
  touched_free -= count_bits(chunk->touched, page, end);
}

static struct span *take(struct chunk *chunk, uint32_t page, uint32_t pages) {
  struct span *run = &chunk->spans[page];
  run->pages = (uint16_t)pages;
  run->zero = next_bit(chunk->touched, page, page + pages, true) == page + pages;
  mark_used(chunk, page, page + pages);
  return run;
}

static HEAP_FIRST struct span *take_somewhere(uint32_t pages,
                                              uint32_t (*find)(struct chunk *, uint32_t),
                                              uint32_t room, bool may_add) {
  for (struct chunk *chunk = chunks; chunk; chunk = chunk->next) {
    uint32_t page = find(chunk, pages + room);
    if (page) return take(chunk, page, pages);
  }
  struct chunk *chunk = may_add ? add_chunk() : NULL;
  return chunk ? take(chunk, find(chunk, pages), pages) : NULL;
}

HEAP_FIRST struct span *pages_take_group(uint32_t pages) {
  heap_lock_take(&lock);
  struct span *span = take_somewhere(pages, find_group, 0, true);
  heap_lock_give(&lock);
  return span;
}

struct span *pages_take_run(uint32_t pages, bool growing) {
  heap_lock_take(&lock);
  const uint32_t room = RUN_LIMIT / PAGE_BYTES - pages;
  struct span *run = growing ? take_somewhere(pages, find_run, room, false) : NULL;
  if (!run) run = take_somewhere(pages, find_run, 0, true);
  heap_lock_give(&lock);
  return run;
}

/* ---- giving back ----------------------------------------------------------------------------- */
/* Behind the pages there may be some that the kernel committed ahead and nobody has touched. */
static bool discard(struct chunk *chunk, uint32_t page, uint32_t end) {
  uint32_t behind = next_bit(chunk->used, end, CHUNK_END, true);
  behind = next_bit(chunk->touched, end, behind, true);
  if (behind > end + EAGER_PAGES) behind = end + EAGER_PAGES;
  char *from = (char *)chunk + (page << PAGE_SHIFT);
  if (!VmmAdvise(from, behind - page, VM_ADVISE_DISCARD)) return false;
  set_bits(chunk->touched, page, end, false);
  touched_free -= end - page;
  return true;
}

/* What lies idle since the last sweep goes back to the kernel; the rest is old by the next. */
static void sweep_chunk(struct chunk *chunk, uint32_t keep) {
  uint32_t idle[CHUNK_WORDS];
  for (uint32_t i = 0; i < CHUNK_WORDS; i++) {
    idle[i] = chunk->touched[i] & ~chunk->used[i] & ~chunk->recent[i];
    chunk->recent[i] = 0;
  }
  for (uint32_t page = CHUNK_FIRST; page < CHUNK_END && touched_free > keep;) {
    uint32_t from = next_bit(idle, page, CHUNK_END, true);
    page = next_bit(idle, from, CHUNK_END, false);
    if (from < page && !discard(chunk, from, page)) return;
  }
}

static void sweep(uint32_t keep) {
  given_back = 0;
  for (struct chunk *chunk = last_chunk; chunk; chunk = chunk->previous) sweep_chunk(chunk, keep);
}

static void mark_free(struct chunk *chunk, uint32_t page, uint32_t end) {
  set_bits(chunk->used, page, end, false);
  set_bits(chunk->recent, page, end, true);
  chunk->free_pages += end - page;
  chunk->no_run = chunk->no_group = CHUNK_PAGES;
  used_pages -= end - page;
  given_back += end - page;
  demand_given(&demand, end - page);
  touched_free += count_bits(chunk->touched, page, end);
  if (chunk->free_pages == CHUNK_END - CHUNK_FIRST && ++empty_chunks > 1) drop_chunk(chunk);
  uint32_t keep = IDLE_PAGES + used_pages / 8 + demand_pages(&demand);
  if (touched_free > keep && given_back > keep / 2) sweep(keep / 2);
}

void pages_give(struct span *run, uint32_t touched) {
  struct chunk *chunk = chunk_of(run);
  uint32_t page = (uint32_t)(run - chunk->spans);
  heap_lock_take(&lock);
  set_bits(chunk->touched, page, page + touched, true);
  mark_free(chunk, page, page + run->pages);
  heap_lock_give(&lock);
}

bool pages_resize(struct span *run, uint32_t pages) {
  struct chunk *chunk = chunk_of(run);
  uint32_t page = (uint32_t)(run - chunk->spans), end = page + run->pages, wanted = page + pages;
  bool fits = wanted <= CHUNK_END;
  heap_lock_take(&lock);
  if (wanted < end) {
    set_bits(chunk->touched, wanted, end, true);
    mark_free(chunk, wanted, end);
  } else if (fits) {
    fits = next_bit(chunk->used, end, wanted, true) == wanted;
    if (fits) mark_used(chunk, end, wanted);
  }
  if (fits) run->pages = (uint16_t)pages;
  heap_lock_give(&lock);
  return fits;
}

struct pages_state pages_state(void) {
  heap_lock_take(&lock);
  struct pages_state state = {0, used_pages, touched_free};
  for (struct chunk *chunk = chunks; chunk; chunk = chunk->next) state.chunks++;
  heap_lock_give(&lock);
  return state;
}
