/* large.c: blocks of whole pages (large.h). */
#include "large.h"

#include "options.h"
#include "pages.h"

#define INSIDE (1u << 31) /* the address is not its block's base: such a block is never resized */

/* Pages of each VmmAlloc block, by its first page. */
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

static void *enter_block(void *p, size_t pages, bool inside) {
  if (guard_pages() && !VmmProtect((char *)p + (pages << PAGE_SHIFT), 1, 0)) {
    VmmFree(p);
    return NULL;
  }
  *pages_of_block(p) = (uint32_t)pages | (inside ? INSIDE : 0);
  count(1, pages);
  enter(p, CLASS_BLOCK);
  return p;
}

static void *take_block(size_t pages, size_t alignment) {
  size_t extra = alignment > PAGE_BYTES ? (alignment >> PAGE_SHIFT) - 1 : 0;
  char *base = (char *)VmmAlloc(pages + extra + guard_pages(), NULL,
                                VM_MEM_READ | VM_MEM_WRITE | VM_MEM_EAGER);
  if (!base) return NULL;
  char *p = (char *)(((uintptr_t)base + alignment - 1) & ~(uintptr_t)(alignment - 1));
  return enter_block(p, pages, extra != 0);
}

void *large_take(size_t bytes, size_t alignment, bool *zero) {
  if (bytes > RUN_LIMIT || alignment > PAGE_BYTES) {
    *zero = true;
    return take_block(bytes ? pages_for(bytes) : 1, alignment);
  }
  struct span *run = pages_take_run((uint32_t)pages_for(bytes), false);
  *zero = run && run->zero;
  return enter_run(run);
}

void *large_take_growing(size_t bytes) {
  return enter_run(pages_take_run((uint32_t)pages_for(bytes), true));
}

void large_give(void *p) {
  bool run = class_at((uintptr_t)p) == CLASS_RUN;
  enter(p, CLASS_NONE);
  if (run) {
    pages_give(span_at(p), span_at(p)->pages);
    return;
  }
  count((size_t)-1, -(size_t)(*pages_of_block(p) & ~INSIDE));
  VmmFree(p);
}

size_t large_usable(const void *p) {
  bool run = class_at((uintptr_t)p) == CLASS_RUN;
  return (size_t)(run ? span_at(p)->pages : *pages_of_block(p) & ~INSIDE) << PAGE_SHIFT;
}

void *large_resize(void *p, size_t bytes) {
  size_t pages = pages_for(bytes);
  if (class_at((uintptr_t)p) == CLASS_RUN) {
    return bytes <= RUN_LIMIT && pages && pages_resize(span_at(p), (uint32_t)pages) ? p : NULL;
  }
  if (bytes <= RUN_LIMIT || (*pages_of_block(p) & INSIDE) || guard_pages()) return NULL;
  /* Out of the table before the kernel may give the address to another thread. */
  enter(p, CLASS_NONE);
  size_t before = *pages_of_block(p);
  void *moved = VmmResize(p, pages);
  if (!moved) {
    enter(p, CLASS_BLOCK);
    return NULL;
  }
  count((size_t)-1, -before);
  return enter_block(moved, pages, false);
}
