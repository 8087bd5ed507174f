/* cache.c: filling and emptying a thread's cache (cache.h). */
#include "cache.h"

#include "heap.h"
#include "options.h"
#include "spans.h"

HEAP_STATE uintptr_t heap_key;

void cache_start(void) {
  static HEAP_STATE heap_lock lock;
  if (thread_cache()->started) return;
  heap_lock_take(&lock);
  if (!heap_key) {
    options_start();
    heap_key = heap_random() | 1;
  }
  heap_lock_give(&lock);
  thread_cache()->started = true;
  heap_thread_started();
}

/* One object, with nothing kept. */
static void *take_one(unsigned class_index, bool *zero) {
  struct object *list = NULL;
  struct fresh_objects fresh = {NULL, NULL, false};
  if (spans_take(class_index, 1, &list, &fresh) == 0) {
    *zero = fresh.zero;
    return fresh.from;
  }
  options_check_junk(list, class_bytes[class_index]);
  list->tag = 0;
  return list;
}

void *cache_take(unsigned class_index, bool *zero) {
  struct cache CACHE_SPACE *cache = thread_cache();
  *zero = false;
  if (cache->list[class_index]) return cache_pop(class_index);
  void *p = cache_bump(class_index);
  if (p) {
    *zero = cache->fresh[class_index].zero;
    return p;
  }
  if (unlikely(heap_options)) return take_one(class_index, zero);

  struct object *list = NULL;
  struct fresh_objects fresh = {NULL, NULL, false};
  unsigned count = spans_take(class_index, class_cached[class_index] / 2, &list, &fresh);
  if (count == 0) {
    cache->fresh[class_index] = fresh;
    *zero = fresh.zero;
    return cache_bump(class_index);
  }
  cache->list[class_index] = list;
  cache->room[class_index] = (int32_t)(class_cached[class_index] - count);
  return cache_pop(class_index);
}

/* The list keeps the half that was used last; the others go back. */
void cache_give_slow(const void *object) {
  struct cache CACHE_SPACE *cache = thread_cache();
  unsigned class_index = class_at((uintptr_t)object);
  cache_start();
  struct object *last = cache->list[class_index], *rest;
  if (unlikely(heap_options)) {
    cache->list[class_index] = NULL;
    cache->room[class_index] = 0;
    options_given(last, class_bytes[class_index], class_index);
    spans_give(class_index, last);
    return;
  }
  int32_t most = class_cached[class_index], kept = 1;
  while (kept < most / 2 && next_of(last)) {
    last = next_of(last);
    kept++;
  }
  cache->room[class_index] = most - kept;
  rest = next_of(last);
  if (!rest) return; /* the class's first ever in this thread */
  link_before(last, NULL);
  spans_give(class_index, rest);
}

void cache_finish(void) {
  struct cache CACHE_SPACE *cache = thread_cache();
  for (unsigned i = CLASS_FIRST; i <= CLASS_LAST; i++) {
    struct object *list = cache->list[i];
    struct fresh_objects fresh = cache->fresh[i];
    cache->list[i] = NULL;
    cache->room[i] = 0;
    cache->fresh[i].from = fresh.end;
    spans_give(i, list);
    spans_give_fresh(i, &fresh);
  }
}
