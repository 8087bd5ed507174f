/* futex_lock.h: a lock in one word: 0 free, 1 taken, 2 taken and somebody may be asleep for it.
 * Without contention it costs one compare-and-exchange and no system call. */
#ifndef MOBIUS_FUTEX_LOCK_H
#define MOBIUS_FUTEX_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "mobius.h"

static inline bool futex_try_lock(uint32_t *word) {
  return __sync_bool_compare_and_swap(word, 0, 1);
}

#ifdef __cplusplus
extern "C"
#endif
void futex_lock_slow(uint32_t *word);

static inline void futex_lock(uint32_t *word) {
  if (__builtin_expect(!futex_try_lock(word), 0)) futex_lock_slow(word);
}

static inline void futex_unlock(uint32_t *word) {
  if (__builtin_expect(__sync_lock_test_and_set(word, 0) == 2, 0)) FutexWake(word, 1);
}

#endif
