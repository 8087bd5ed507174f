/* spans.c: spans of objects, by class. A span with room is in its class's list: in front the one
 * that was full last, for it is the fullest; behind, what is only fresh. So the sparse ones empty,
 * and their pages serve other classes. */
#include <stddef.h>

#include "options.h"
#include "pages.h"
#include "spans.h"

#define DEPOT_BATCHES 32u
#define DEPOT_CLASSES 32u /* larger objects are given back at once */
#define DEPOT_TOTAL 128u  /* batches of all classes: at most 1 MiB lies idle there */

static HEAP_STATE struct {
  heap_lock lock;
  struct span *first; /* with room */
  unsigned batches;    /* in the depot */
} classes[CLASS_LAST + 1];

/* Lists of CACHE_BATCH, where one thread frees what another takes. */
static struct object *depot[DEPOT_CLASSES + 1][DEPOT_BATCHES];
static uint32_t depot_total;

static HEAP_STATE bool threaded;

void spans_threaded(void) { __atomic_store_n(&threaded, true, __ATOMIC_RELAXED); }

static void list(unsigned class_index, struct span *span) {
  struct span **first = &classes[class_index].first;
  span->previous = NULL;
  span->next = *first;
  if (*first) (*first)->previous = span;
  *first = span;
  span->listed = true;
}

static void unlist(unsigned class_index, struct span *span) {
  if (span->previous) span->previous->next = span->next;
  else classes[class_index].first = span->next;
  if (span->next) span->next->previous = span->previous;
  span->listed = false;
}

static void set_class(const struct span *span, unsigned class_index) {
  uintptr_t page = (uintptr_t)span_base(span) >> PAGE_SHIFT;
  for (uint32_t i = 0; i < span->pages; i++) heap_class[page + i] = (uint8_t)class_index;
}

/* Also what lies behind the last object and could be one but for its size is not to be freed. */
HEAP_FIRST void enter_page(unsigned class_index, void *first) {
  uint32_t bytes = class_bytes[class_index];
  uintptr_t end = ((uintptr_t)first / PAGE_BYTES + 1) * PAGE_BYTES;
  heap_class[(uintptr_t)first >> PAGE_SHIFT] = (uint8_t)class_index;
  for (uintptr_t at = (uintptr_t)first + bytes; at < end; at += bytes) {
    mark_fresh((struct object *)at);
  }
}

static struct span *add_span(unsigned class_index) {
  struct span *span = pages_take_group((class_mask[class_index] + 1) >> PAGE_SHIFT);
  if (!span) return NULL;
  span->free = NULL;
  span->used = span->fresh = 0;
  span->capacity = (uint16_t)((class_mask[class_index] + 1) / class_bytes[class_index]);
  set_class(span, CLASS_FRESH + class_index);
  list(class_index, span);
  return span;
}

static void remove_span(unsigned class_index, struct span *span) {
  unlist(class_index, span);
  set_class(span, CLASS_NONE);
  pages_give(span, (uint32_t)pages_for((size_t)span->fresh * class_bytes[class_index]));
}

static void unlist_if_full(unsigned class_index, struct span *span) {
  if (!span->free && span->fresh == span->capacity) unlist(class_index, span);
}

/* Empty spans go, but for a small one that is the class's last; and where junk in freed objects is
 * to show who writes there, all stay. */
static void give_up_if_empty(unsigned class_index, struct span *span) {
  if (span->used || (heap_options & OPTION_JUNK)) return;
  if (span->pages > 2 || span->previous || span->next) remove_span(class_index, span);
}

/* About `most`, but all those that begin in a page together: so one thread enters it. */
static HEAP_FIRST unsigned fresh_count(unsigned class_index, const struct span *span,
                                       unsigned most) {
  uint32_t bytes = class_bytes[class_index], from = span->fresh * bytes;
  uint32_t end = (from + most * bytes) & ~(PAGE_BYTES - 1), first_end = from / PAGE_BYTES + 1;
  if (end < first_end * PAGE_BYTES) end = first_end * PAGE_BYTES;
  unsigned left = span->capacity - span->fresh, count = (end - from + bytes - 1) / bytes;
  return count < left ? count : left;
}

/* With options nobody keeps any: one, and its page is entered here. */
static HEAP_FIRST void take_fresh(unsigned class_index, struct span *span, unsigned most,
                                  struct fresh_objects *fresh) {
  unsigned count = heap_options ? 1 : fresh_count(class_index, span, most);
  uint32_t bytes = class_bytes[class_index];
  fresh->from = span_base(span) + (size_t)span->fresh * bytes;
  fresh->end = fresh->from + (size_t)count * bytes;
  fresh->zero = span->zero;
  span->fresh += count;
  span->used += count;
  if (heap_options) begin_fresh(class_index, fresh->from, fresh->zero);
}

/* Objects that were given back, up to `most` in all with those there are. */
static unsigned take_given_back(unsigned class_index, struct span *span, unsigned count,
                                unsigned most, struct object **objects) {
  struct object *object = span->free;
  for (; object && count < most; count++) {
    if (unlikely(object->tag != tag_of(object))) die_written_after_free(object);
    struct object *next = next_of(object);
    link_before(object, *objects);
    *objects = object;
    object = next;
    span->used++;
  }
  span->free = object;
  unlist_if_full(class_index, span);
  return count;
}

/* Of a class up to a third larger whose spans have room: that beats a span more. How many objects
 * of a class live at a time varies, and with many classes the sum of what each needed at its worst
 * is much more than all together ever need. Never where a single object is wanted: it may be for
 * its alignment. */
static unsigned borrow(unsigned class_index, unsigned most, struct object **objects) {
  const uint32_t limit = class_bytes[class_index] + class_bytes[class_index] / 3;
  unsigned count = 0;
  for (unsigned i = class_index + 1; !count && i <= CLASS_LAST && class_bytes[i] <= limit; i++) {
    heap_lock_take(&classes[i].lock);
    struct span *span = classes[i].first;
    if (span && span->free) count = take_given_back(i, span, 0, most, objects);
    heap_lock_give(&classes[i].lock);
  }
  return count;
}

HEAP_FIRST unsigned spans_take(unsigned class_index, unsigned most, struct object **objects,
                               struct fresh_objects *fresh) {
  unsigned count = 0;
  struct span *span;
  heap_lock_take(&classes[class_index].lock);
  if (classes[class_index].batches && most == CACHE_BATCH(class_index)) {
    *objects = depot[class_index][--classes[class_index].batches];
    __atomic_fetch_sub(&depot_total, 1, __ATOMIC_RELAXED);
    count = most;
  }
  while (count < most && (span = classes[class_index].first) && span->free) {
    count = take_given_back(class_index, span, count, most, objects);
  }
  if (count == 0 && !classes[class_index].first && most > 1) {
    count = borrow(class_index, most, objects);
  }
  if (count == 0) {
    span = classes[class_index].first;
    if (!span) span = add_span(class_index);
    if (span) {
      take_fresh(class_index, span, most, fresh);
      unlist_if_full(class_index, span);
    }
  }
  heap_lock_give(&classes[class_index].lock);
  return count;
}

static struct span *span_of(unsigned class_index, const void *object) {
  return span_at((const void *)((uintptr_t)object & ~(uintptr_t)class_mask[class_index]));
}

static void give(unsigned class_index, struct object *object) {
  struct span *span = span_of(class_index, object);
  uint32_t offset = (uint32_t)(uintptr_t)object & class_mask[class_index];
  if (unlikely(offset >= span->fresh * class_bytes[class_index])) die_no_block("free", object);
  link_before(object, span->free);
  span->free = object;
  span->used--;
  if (!span->listed) list(class_index, span);
  give_up_if_empty(class_index, span);
}

void spans_give(unsigned class_index, struct object *objects) {
  struct object *borrowed = NULL;
  heap_lock_take(&classes[class_index].lock);
  while (objects) {
    struct object *object = objects;
    if (unlikely(object->tag != tag_of(object))) die_written_after_free(object);
    objects = next_of(object);
    if (likely(class_at((uintptr_t)object) == class_index)) {
      give(class_index, object);
    } else {
      link_before(object, borrowed);
      borrowed = object;
    }
  }
  heap_lock_give(&classes[class_index].lock);
  if (borrowed) spans_give(class_at((uintptr_t)borrowed), borrowed);
}

void spans_give_batch(unsigned class_index, struct object *objects) {
  bool kept = false;
  if (class_index <= DEPOT_CLASSES && __atomic_load_n(&threaded, __ATOMIC_RELAXED) &&
      __atomic_load_n(&depot_total, __ATOMIC_RELAXED) < DEPOT_TOTAL) {
    heap_lock_take(&classes[class_index].lock);
    kept = classes[class_index].batches < DEPOT_BATCHES;
    if (kept) {
      depot[class_index][classes[class_index].batches++] = objects;
      __atomic_fetch_add(&depot_total, 1, __ATOMIC_RELAXED);
    }
    heap_lock_give(&classes[class_index].lock);
  }
  if (!kept) spans_give(class_index, objects);
}

void spans_give_fresh(unsigned class_index, struct fresh_objects *fresh) {
  uint32_t bytes = class_bytes[class_index];
  unsigned count = (unsigned)(fresh->end - fresh->from) / bytes;
  if (count == 0) return;
  heap_lock_take(&classes[class_index].lock);
  struct span *span = span_of(class_index, fresh->from);
  span->used -= count;
  if (!span->listed) list(class_index, span);
  if (fresh->end == span_base(span) + (size_t)span->fresh * bytes) {
    span->fresh -= count;
  } else {
    for (char *p = fresh->from; p != fresh->end; p += bytes) {
      if ((uintptr_t)p % PAGE_BYTES < bytes) enter_page(class_index, p);
      link_before((struct object *)p, span->free);
      span->free = (struct object *)p;
    }
  }
  give_up_if_empty(class_index, span);
  heap_lock_give(&classes[class_index].lock);
}
