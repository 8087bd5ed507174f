/* malloc.c: malloc, free, calloc, realloc and the aligned forms over VmmAlloc (R22).
 *
 *   1..32 KiB   objects of 40 size classes, cut from 64 KiB spans, 16 spans to a VmmAlloc'ed chunk
 *   above       a VmmAlloc block each; it goes back by VmmFree and grows by VmmResize
 *
 * A map entry a page says whose it is: 0 nobody's, a span's address, or a large block's pages and
 * tag. Span headers lie at the start of their chunk, out of reach of most overruns. A span is cut
 * up as it is used, so that pages never asked for stay uncommitted. Nothing here knows newlib: the
 * host compiles this file over a VmmAlloc of its own (tests/host/unit/malloc_test.cpp). A program
 * that defines malloc itself gets none of this. */
#include "malloc_internal.h"

#include <errno.h>
#include <string.h>

static uintptr_t page_map[MALLOC_MAP_PAGES];
static struct span *class_spans[CLASS_COUNT]; /* spans with free objects; the first is in use */
static struct span *free_spans;
static unsigned empty_chunks;

/* The class of a small request, by its size in sixteens, rounded up. */
static const uint8_t class_of_16[SMALL_LIMIT / 16 + 1] = {
    0,  0,  1,  2,  3,  4,  5,  6,  7,  8,  8,  9,  9,  10, 10, 11, 11, 12, 12, 12, 12, 13,
    13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 15, 16, 16, 16, 16, 16, 16, 16, 16, 17, 17, 17,
    17, 17, 17, 17, 17, 18, 18, 18, 18, 18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19};

static inline uintptr_t *map_entry(const void *p) {
  return &page_map[((uintptr_t)p - MALLOC_MAP_BASE) >> PAGE_SHIFT];
}

/* Classes: 16..128 by 16, then four to a doubling up to MEDIUM_LIMIT. */
static size_t class_bytes(unsigned class_index) {
  if (class_index < 8) return (class_index + 1) * 16;
  unsigned step = (class_index - 8) & 3, doubling = (class_index - 8) >> 2;
  return ((size_t)5 + step) << (5 + doubling);
}

static inline unsigned class_of(size_t bytes) {
  if (bytes <= SMALL_LIMIT) return class_of_16[(bytes + 15) >> 4];
  unsigned top = 31 - (unsigned)__builtin_clz((unsigned)(bytes - 1));
  return 8 + (top - 7) * 4 + (unsigned)(((bytes - 1) >> (top - 2)) & 3);
}

static void list_push(struct span **list, struct span *span) {
  span->previous = NULL;
  span->next = *list;
  if (*list) (*list)->previous = span;
  *list = span;
}

static void list_remove(struct span **list, struct span *span) {
  if (span->previous) span->previous->next = span->next;
  else *list = span->next;
  if (span->next) span->next->previous = span->previous;
}

/* A chunk: the headers of its spans, then their objects; the first span is the shorter for them. */
static bool add_chunk(void) {
  struct chunk *chunk = (struct chunk *)VmmAlloc(CHUNK_PAGES, NULL, VM_MEM_READ | VM_MEM_WRITE);
  if (!chunk) return false;
  for (unsigned i = CHUNK_SPANS; i-- > 0;) {
    struct span *span = &chunk->spans[i];
    span->base = (char *)chunk + (i ? i * SPAN_BYTES : sizeof(struct chunk));
    span->end = (char *)chunk + (i + 1) * SPAN_BYTES;
    span->chunk = chunk;
    list_push(&free_spans, span);
    uintptr_t *entry = map_entry((char *)chunk + i * SPAN_BYTES);
    for (unsigned page = 0; page < SPAN_BYTES >> PAGE_SHIFT; page++) entry[page] = (uintptr_t)span;
  }
  empty_chunks++;
  return true;
}

static void drop_chunk(struct chunk *chunk) {
  for (unsigned i = 0; i < CHUNK_SPANS; i++) list_remove(&free_spans, &chunk->spans[i]);
  memset(map_entry(chunk), 0, CHUNK_PAGES * sizeof(uintptr_t));
  empty_chunks--;
  VmmFree(chunk);
}

/* No span of this class has a free object: take another one. */
static struct span *add_span(unsigned class_index) {
  if (!free_spans && !add_chunk()) return NULL;
  struct span *span = free_spans;
  list_remove(&free_spans, span);
  if (span->chunk->spans_used++ == 0) empty_chunks--;
  span->class_index = class_index;
  span->bytes = class_bytes(class_index);
  span->fresh = span->base;
  span->free = NULL;
  span->used = 0;
  span->has_interior = false;
  list_push(&class_spans[class_index], span);
  return span;
}

/* The span is empty and another one serves its class: back to the chunk, and the chunk to the
 * kernel when it is empty and not the only such. */
static void remove_span(struct span *span) {
  struct chunk *chunk = span->chunk;
  list_remove(&class_spans[span->class_index], span);
  list_push(&free_spans, span);
  if (--chunk->spans_used == 0 && ++empty_chunks > 1) drop_chunk(chunk);
}

static void *take_object(unsigned class_index) {
  struct span *span = class_spans[class_index];
  if (__builtin_expect(!span, 0)) {
    span = add_span(class_index);
    if (!span) return NULL;
  }
  struct object *object = span->free;
  if (object) {
    span->free = object->next;
  } else {
    object = (struct object *)span->fresh;
    span->fresh += span->bytes;
  }
  span->used++;
  if (__builtin_expect(!span->free && span->fresh + span->bytes > span->end, 0)) {
    list_remove(&class_spans[class_index], span);
  }
  return object;
}

static void give_object(struct span *span, void *p) {
  struct object *object = (struct object *)p;
  if (__builtin_expect(span->has_interior, 0)) {
    size_t offset = (size_t)((char *)p - span->base);
    object = (struct object *)(span->base + offset / span->bytes * span->bytes);
  }
  bool was_full = !span->free && span->fresh + span->bytes > span->end;
  object->next = span->free;
  span->free = object;
  span->used--;
  if (__builtin_expect(was_full, 0)) list_push(&class_spans[span->class_index], span);
  if (__builtin_expect(span->used == 0, 0) && (span->previous || span->next)) remove_span(span);
}

/* ---- large blocks ---------------------------------------------------------------------------- */
static void *take_large(size_t bytes, size_t alignment) {
  size_t pages = (bytes + PAGE_BYTES - 1) >> PAGE_SHIFT;
  size_t extra = alignment > PAGE_BYTES ? (alignment >> PAGE_SHIFT) - 1 : 0;
  char *base = (char *)VmmAlloc(pages + extra, NULL, VM_MEM_READ | VM_MEM_WRITE);
  if (!base) return NULL;
  char *p = (char *)(((uintptr_t)base + alignment - 1) & ~(uintptr_t)(alignment - 1));
  *map_entry(p) = pages << LARGE_SHIFT | LARGE_TAG | (extra ? LARGE_INTERIOR : 0);
  return p;
}

static void give_large(void *p) {
  *map_entry(p) = 0;
  VmmFree(p);
}

/* The map entry of a block in the program's hands. */
static uintptr_t owner_of(const char *function, const void *p) {
  bool inside = (uintptr_t)p - MALLOC_MAP_BASE < (uintptr_t)MALLOC_MAP_PAGES << PAGE_SHIFT;
  uintptr_t owner = inside ? *map_entry(p) : 0;
  bool page_aligned = ((uintptr_t)p & (PAGE_BYTES - 1)) == 0;
  if (__builtin_expect(!owner || ((owner & LARGE_TAG) && !page_aligned), 0)) {
    malloc_unlock();
    malloc_bad_pointer(function, p);
  }
  return owner;
}

static size_t usable_bytes(uintptr_t owner, const void *p) {
  if (owner & LARGE_TAG) return (owner >> LARGE_SHIFT) << PAGE_SHIFT;
  const struct span *span = (const struct span *)owner;
  if (!span->has_interior) return span->bytes;
  return span->bytes - (size_t)((const char *)p - span->base) % span->bytes;
}

/* ---- the calls ------------------------------------------------------------------------------- */
void *malloc(size_t bytes) {
  void *p;
  malloc_lock();
  if (__builtin_expect(bytes <= MEDIUM_LIMIT, 1)) {
    p = take_object(class_of(bytes));
  } else {
    p = bytes <= REQUEST_LIMIT ? take_large(bytes, PAGE_BYTES) : NULL;
  }
  malloc_unlock();
  if (__builtin_expect(!p, 0)) errno = ENOMEM;
  return p;
}

void free(void *p) {
  if (!p) return;
  malloc_lock();
  uintptr_t owner = owner_of("free", p);
  if (owner & LARGE_TAG) {
    give_large(p);
  } else {
    give_object((struct span *)owner, p);
  }
  malloc_unlock();
}

void *calloc(size_t count, size_t bytes) {
  size_t total;
  if (__builtin_mul_overflow(count, bytes, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  void *p = malloc(total);
  if (p && total <= MEDIUM_LIMIT) memset(p, 0, total); /* large blocks are fresh, hence zeros */
  return p;
}

/* A large block that stays one: its pages are moved, never copied. */
static void *resize_large(void *p, size_t bytes) {
  size_t pages = (bytes + PAGE_BYTES - 1) >> PAGE_SHIFT;
  void *moved = VmmResize(p, pages);
  if (!moved) return NULL;
  *map_entry(p) = 0;
  *map_entry(moved) = pages << LARGE_SHIFT | LARGE_TAG;
  return moved;
}

/* Is the block already the right one for this many bytes? */
static bool fits(uintptr_t owner, size_t usable, size_t bytes) {
  if (bytes > usable) return false;
  if (owner & LARGE_TAG) return bytes > MEDIUM_LIMIT && bytes + PAGE_BYTES > usable;
  return bytes > usable / 2 || usable <= 64;
}

void *realloc(void *p, size_t bytes) {
  if (!p) return malloc(bytes);
  malloc_lock();
  uintptr_t owner = owner_of("realloc", p);
  size_t usable = usable_bytes(owner, p);
  bool can_resize = (owner & (LARGE_TAG | LARGE_INTERIOR)) == LARGE_TAG;
  void *result = NULL;
  if (fits(owner, usable, bytes)) {
    result = p;
  } else if (can_resize && bytes > MEDIUM_LIMIT && bytes <= REQUEST_LIMIT) {
    result = resize_large(p, bytes);
  }
  malloc_unlock();
  if (result) return result;
  result = malloc(bytes);
  if (!result) return NULL;
  memcpy(result, p, bytes < usable ? bytes : usable);
  free(p);
  return result;
}

void *memalign(size_t alignment, size_t bytes) {
  if (alignment <= 16) return malloc(bytes);
  if ((alignment & (alignment - 1)) || alignment > REQUEST_LIMIT || bytes > REQUEST_LIMIT) {
    errno = alignment & (alignment - 1) ? EINVAL : ENOMEM;
    return NULL;
  }
  void *p;
  if (bytes == 0) bytes = 1; /* the aligned address has to lie inside the object */
  malloc_lock();
  if (bytes + alignment <= MEDIUM_LIMIT) {
    p = take_object(class_of(bytes + alignment - 16));
    uintptr_t aligned = ((uintptr_t)p + alignment - 1) & ~(uintptr_t)(alignment - 1);
    if (p && aligned != (uintptr_t)p) {
      ((struct span *)*map_entry(p))->has_interior = true;
      p = (void *)aligned;
    }
  } else {
    p = take_large(bytes, alignment > PAGE_BYTES ? alignment : PAGE_BYTES);
  }
  malloc_unlock();
  if (!p) errno = ENOMEM;
  return p;
}

void *aligned_alloc(size_t alignment, size_t bytes) { return memalign(alignment, bytes); }
void *valloc(size_t bytes) { return memalign(PAGE_BYTES, bytes); }

int posix_memalign(void **out, size_t alignment, size_t bytes) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1))) return EINVAL;
  int saved = errno;
  void *p = memalign(alignment, bytes);
  errno = saved;
  if (!p) return ENOMEM;
  *out = p;
  return 0;
}

size_t malloc_usable_size(void *p) {
  if (!p) return 0;
  malloc_lock();
  size_t bytes = usable_bytes(owner_of("malloc_usable_size", p), p);
  malloc_unlock();
  return bytes;
}
