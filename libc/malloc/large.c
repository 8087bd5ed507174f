/* large.c: blocks of whole pages (large.h). */
#include "large.h"

#include "kept.h"
#include "options.h"
#include "pages.h"

#define INSIDE (1u << 31) /* the address is not its block's base: such a block is never resized */
#define SLACK_SHIFT 20
#define SLACK_MOST 256u /* where nothing better is at hand: uncommitted, but for what is kept */

/* Of each VmmAlloc block, by its first page: how many pages the program has, and from SLACK_SHIFT
 * on how many more lie behind them. */
static uint32_t block_pages[HEAP_PAGES / 2];

static HEAP_STATE struct large_state total;

static void count(size_t blocks, size_t pages) {
  __atomic_fetch_add(&total.blocks, blocks, __ATOMIC_RELAXED);
  __atomic_fetch_add(&total.bytes, pages << PAGE_SHIFT, __ATOMIC_RELAXED);
}

struct large_state large_state(void) {
  struct large_state state = {__atomic_load_n(&total.blocks, __ATOMIC_RELAXED),
                              __atomic_load_n(&total.bytes, __ATOMIC_RELAXED)};
  return state;
}

static uint32_t *pages_of_block(const void *p) { return &block_pages[(uintptr_t)p >> PAGE_SHIFT]; }

static void enter(const void *p, unsigned class_index) {
  heap_class[((uintptr_t)p >> PAGE_SHIFT) % HEAP_PAGES] = (uint8_t)class_index;
}

static void *enter_run(struct span *run) {
  if (!run) return NULL;
  char *p = span_base(run);
  enter(p, CLASS_RUN);
  return p;
}

static size_t guard_pages(void) { return heap_options & OPTION_GUARD ? 1 : 0; }

static size_t pages_used(const void *p) { return *pages_of_block(p) & ((1u << SLACK_SHIFT) - 1); }
static size_t slack(const void *p) { return (*pages_of_block(p) & ~INSIDE) >> SLACK_SHIFT; }

static void set_pages(const void *p, size_t pages, size_t held) {
  *pages_of_block(p) = (uint32_t)(pages | (held - pages) << SLACK_SHIFT);
}

/* The program has `pages` of the block's `held`. */
static void *enter_block(void *p, size_t pages, size_t held) {
  set_pages(p, pages, held);
  count(1, pages);
  enter(p, CLASS_BLOCK);
  return p;
}

static void *vmm_alloc(size_t pages) {
  const uint32_t flags = VM_MEM_READ | VM_MEM_WRITE | VM_MEM_EAGER;
  void *p = VmmAlloc(pages, NULL, flags);
  return p || !kept_drop() ? p : VmmAlloc(pages, NULL, flags);
}

static void *take_aligned_block(size_t pages, size_t alignment) {
  size_t extra = alignment > PAGE_BYTES ? (alignment >> PAGE_SHIFT) - 1 : 0;
  char *base = (char *)vmm_alloc(pages + extra + guard_pages());
  if (!base) return NULL;
  char *p = (char *)(((uintptr_t)base + alignment - 1) & ~(uintptr_t)(alignment - 1));
  if (guard_pages() && !VmmProtect(p + (pages << PAGE_SHIFT), 1, 0)) {
    VmmFree(base);
    return NULL;
  }
  enter_block(p, pages, pages);
  if (extra) *pages_of_block(p) |= INSIDE;
  return p;
}

static size_t with_slack(size_t pages) {
  size_t more = pages / 8;
  return pages + (more < SLACK_MOST ? more : SLACK_MOST);
}

/* A kept one of up to `most` pages, or a new one of `held`. */
static void *take_block(size_t pages, size_t most, size_t held, bool *zero) {
  size_t kept;
  void *p = kept_take(pages, most, &kept);
  *zero = !p;
  if (p) return enter_block(p, pages, kept);
  kept_wanted(held);
  p = vmm_alloc(held);
  return p ? enter_block(p, pages, held) : NULL;
}

void *large_take(size_t bytes, size_t alignment, bool *zero) {
  if (bytes > RUN_LIMIT || alignment > PAGE_BYTES) {
    size_t pages = bytes ? pages_for(bytes) : 1;
    *zero = true;
    if (alignment > PAGE_BYTES || heap_options) return take_aligned_block(pages, alignment);
    return take_block(pages, pages + pages / 4, pages, zero);
  }
  struct span *run = pages_take_run((uint32_t)pages_for(bytes), false);
  *zero = run && run->zero;
  return enter_run(run);
}

void *large_take_growing(size_t bytes) {
  size_t pages = pages_for(bytes);
  bool zero;
  if (bytes > RUN_LIMIT) return take_block(pages, 8 * pages, with_slack(pages), &zero);
  return enter_run(pages_take_run((uint32_t)pages, true));
}

void large_give(void *p) {
  bool run = class_at((uintptr_t)p) == CLASS_RUN;
  enter(p, CLASS_NONE);
  if (run) {
    pages_give(span_at(p), span_at(p)->pages);
    return;
  }
  count((size_t)-1, -pages_used(p));
  bool whole = !(*pages_of_block(p) & INSIDE) && !heap_options;
  if (!whole || !kept_give(p, pages_used(p) + slack(p))) VmmFree(p);
}

size_t large_usable(const void *p) {
  bool run = class_at((uintptr_t)p) == CLASS_RUN;
  return (run ? span_at(p)->pages : pages_used(p)) << PAGE_SHIFT;
}

void *large_resize(void *p, size_t bytes) {
  size_t pages = pages_for(bytes);
  if (class_at((uintptr_t)p) == CLASS_RUN) {
    return bytes <= RUN_LIMIT && pages && pages_resize(span_at(p), (uint32_t)pages) ? p : NULL;
  }
  if (bytes <= RUN_LIMIT || (*pages_of_block(p) & INSIDE) || guard_pages()) return NULL;
  size_t before = pages_used(p), held = before + slack(p);
  if (pages >= before && pages <= held) { /* shrinking gives back what is behind the end */
    set_pages(p, pages, held);
    count(0, pages - before);
    return p;
  }
  /* Out of the table before the kernel may give the address to another thread. */
  enter(p, CLASS_NONE);
  size_t wanted = pages > before ? with_slack(pages) : pages;
  if (wanted > held) kept_wanted(wanted - held);
  void *moved = VmmResize(p, wanted);
  if (!moved && wanted > pages) moved = VmmResize(p, wanted = pages);
  if (!moved) {
    enter(p, CLASS_BLOCK);
    return NULL;
  }
  count((size_t)-1, -before);
  return enter_block(moved, pages, wanted);
}
