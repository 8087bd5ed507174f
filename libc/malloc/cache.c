/* cache.c: filling and emptying a thread's cache (cache.h). */
#include "cache.h"

#include "heap.h"
#include "options.h"
#include "spans.h"

HEAP_STATE uintptr_t heap_key;

HEAP_FIRST void cache_start(void) {
  static HEAP_STATE heap_lock lock;
  if (thread_cache()->started) return;
  heap_lock_take(&lock);
  if (!heap_key) {
    options_start();
    heap_key = heap_random() | 1;
  } else {
    spans_threaded();
  }
  heap_lock_give(&lock);
  thread_cache()->started = true;
  heap_thread_started();
}

/* The first of fresh objects; the others are the thread's. */
static HEAP_FIRST void *keep_fresh(unsigned class_index, const struct fresh_objects *fresh,
                                   bool *zero) {
  thread_cache()->fresh[class_index] = *fresh;
  *zero = fresh->zero;
  return cache_bump(class_index);
}

/* One object that was given back, with nothing kept beside it, or a fresh one. Requires: the cache
 * has no fresh ones. */
static void *take_one(unsigned class_index, bool *zero) {
  struct object *list = NULL;
  struct fresh_objects fresh = {NULL, NULL, false};
  if (spans_take(class_index, 1, &list, &fresh) == 0) {
    if (!heap_options) return keep_fresh(class_index, &fresh, zero);
    *zero = fresh.zero;
    return fresh.from;
  }
  options_check_junk(list, class_bytes[class_index]);
  list->tag = 0;
  return list;
}

HEAP_FIRST void *cache_take(unsigned class_index, bool *zero) {
  struct cache CACHE_SPACE *cache = thread_cache();
  *zero = false;
  if (cache->list[class_index]) return cache_pop(class_index);
  void *p = cache_bump(class_index);
  if (p) {
    *zero = cache->fresh[class_index].zero;
    return p;
  }
  if (unlikely(heap_options)) return take_one(class_index, zero);

  struct object *list = cache->spare[class_index];
  struct fresh_objects fresh = {NULL, NULL, false};
  unsigned batch = CACHE_BATCH(class_index), count = batch;
  cache->spare[class_index] = NULL;
  if (!list) count = spans_take(class_index, batch, &list, &fresh);
  if (count == 0) return keep_fresh(class_index, &fresh, zero);
  cache->list[class_index] = list;
  cache->room[class_index] = (int32_t)(batch - count);
  return cache_pop(class_index);
}

/* What was given back may be another class's (spans.c), and aligned otherwise; never what is
 * fresh. */
void *cache_take_aligned(unsigned class_index, size_t alignment, bool *zero) {
  const struct object *first = thread_cache()->list[class_index];
  *zero = false;
  if (first && !((uintptr_t)first & (alignment - 1))) return cache_pop(class_index);
  void *p = cache_bump(class_index);
  if (!p) return take_one(class_index, zero);
  *zero = thread_cache()->fresh[class_index].zero;
  return p;
}

/* The object begins a new list, the others are the spare one, and what was that goes back: so what
 * was used last stays. */
void cache_give_slow(const void *p) {
  HEAP_FRAMED();
  struct cache CACHE_SPACE *cache = thread_cache();
  unsigned class_index = class_at((uintptr_t)p);
  cache_start();
  struct object *object = cache->list[class_index], *others = next_of(object);
  if (unlikely(heap_options)) {
    cache->list[class_index] = NULL;
    cache->room[class_index] = 0;
    options_given(object, class_bytes[class_index], class_index);
    spans_give(class_index, object);
    return;
  }
  cache->room[class_index] = (int32_t)CACHE_BATCH(class_index) - 1;
  if (!others) return; /* the class's first ever in this thread */
  struct object *spare = cache->spare[class_index];
  link_before(object, NULL);
  cache->spare[class_index] = others;
  if (spare) spans_give_batch(class_index, spare);
}

void cache_finish(void) {
  struct cache CACHE_SPACE *cache = thread_cache();
  for (unsigned i = CLASS_FIRST; i <= CLASS_LAST; i++) {
    struct object *list = cache->list[i];
    struct fresh_objects fresh = cache->fresh[i];
    struct object *spare = cache->spare[i];
    cache->list[i] = cache->spare[i] = NULL;
    cache->room[i] = 0;
    cache->fresh[i].from = fresh.end;
    spans_give(i, list);
    spans_give(i, spare);
    spans_give_fresh(i, &fresh);
  }
}
