/* locks.c: the locks newlib asks for (stdio streams, environment, atexit, time zone), over futexes.
 * newlib names the static ones and makes the others through the init calls. */
#include <errno.h>
#include <stdlib.h>
#include <sys/lock.h>

#include "futex_lock.h"
#include "locks.h"
#include "thread_block.h"

struct __lock {
  uint32_t word;
  uint32_t depth;
  struct thread_block *owner;
};

struct __lock __lock___sinit_recursive_mutex, __lock___sfp_recursive_mutex;
struct __lock __lock___atexit_recursive_mutex, __lock___at_quick_exit_mutex;
struct __lock __lock___malloc_recursive_mutex, __lock___env_recursive_mutex;
struct __lock __lock___tz_mutex, __lock___dd_hash_mutex, __lock___arc4random_mutex;

void futex_lock_slow(uint32_t *word) {
  int saved = errno;
  while (__sync_lock_test_and_set(word, 2) != 0) FutexWait(word, 2, UINT64_MAX);
  errno = saved;
}

/* newlib cannot be told that there was no memory for a lock: such a stream goes unlocked. */
void __retarget_lock_init(_LOCK_T *lock) { *lock = calloc(1, sizeof(struct __lock)); }
void __retarget_lock_init_recursive(_LOCK_T *lock) { __retarget_lock_init(lock); }
void __retarget_lock_close(_LOCK_T lock) { free(lock); }
void __retarget_lock_close_recursive(_LOCK_T lock) { free(lock); }

void __retarget_lock_acquire(_LOCK_T lock) {
  if (lock) futex_lock(&lock->word);
}

int __retarget_lock_try_acquire(_LOCK_T lock) { return !lock || futex_try_lock(&lock->word); }

void __retarget_lock_release(_LOCK_T lock) {
  if (lock) futex_unlock(&lock->word);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock) {
  if (!lock) return;
  struct thread_block *self = thread_self();
  if (lock->owner != self) {
    futex_lock(&lock->word);
    lock->owner = self;
  }
  lock->depth++;
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock) {
  if (!lock) return 1;
  struct thread_block *self = thread_self();
  if (lock->owner != self) {
    if (!futex_try_lock(&lock->word)) return 0;
    lock->owner = self;
  }
  lock->depth++;
  return 1;
}

bool lock_acquire_within(_LOCK_T lock, uint64_t ns) {
  if (__retarget_lock_try_acquire_recursive(lock)) return true;
  int saved = errno;
  bool taken = __sync_lock_test_and_set(&lock->word, 2) == 0;
  if (!taken) {
    FutexWait(&lock->word, 2, ns);
    taken = __sync_lock_test_and_set(&lock->word, 2) == 0;
  }
  errno = saved;
  if (taken) {
    lock->owner = thread_self();
    lock->depth = 1;
  }
  return taken;
}

void __retarget_lock_release_recursive(_LOCK_T lock) {
  if (!lock || --lock->depth != 0) return;
  lock->owner = NULL;
  futex_unlock(&lock->word);
}
