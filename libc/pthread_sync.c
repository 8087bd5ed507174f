/* pthread_sync.c: mutexes, condition variables, semaphores and pthread_once, each over one futex
 * word. Without contention none makes a system call. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include "futex_lock.h"
#include "thread_block.h"
#include "timespan.h"

int pthread_mutexattr_init(pthread_mutexattr_t *attributes) {
  attributes->type = PTHREAD_MUTEX_DEFAULT;
  return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attributes) {
  (void)attributes;
  return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attributes, int type) {
  if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ERRORCHECK) return EINVAL;
  attributes->type = type;
  return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *attributes, int *type) {
  *type = attributes->type;
  return 0;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes) {
  *mutex = (pthread_mutex_t){.type = attributes ? attributes->type : PTHREAD_MUTEX_DEFAULT};
  return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex) { return mutex->word ? EBUSY : 0; }

static int lock_again(pthread_mutex_t *mutex) {
  if (mutex->type == PTHREAD_MUTEX_ERRORCHECK) return EDEADLK;
  mutex->depth++;
  return 0;
}

int pthread_mutex_lock(pthread_mutex_t *mutex) {
  pthread_t self = thread_self();
  if (mutex->type != PTHREAD_MUTEX_NORMAL && mutex->owner == self) return lock_again(mutex);
  futex_lock(&mutex->word);
  mutex->owner = self;
  mutex->depth = 1;
  return 0;
}

int pthread_mutex_trylock(pthread_mutex_t *mutex) {
  pthread_t self = thread_self();
  if (mutex->type == PTHREAD_MUTEX_RECURSIVE && mutex->owner == self) return lock_again(mutex);
  if (!futex_try_lock(&mutex->word)) return EBUSY;
  mutex->owner = self;
  mutex->depth = 1;
  return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex) {
  if (mutex->type != PTHREAD_MUTEX_NORMAL && mutex->owner != thread_self()) return EPERM;
  if (--mutex->depth != 0) return 0;
  mutex->owner = NULL;
  futex_unlock(&mutex->word);
  return 0;
}

int pthread_condattr_init(pthread_condattr_t *attributes) {
  attributes->clock = CLOCK_REALTIME;
  return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attributes) {
  (void)attributes;
  return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attributes, clockid_t clock) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) return EINVAL;
  attributes->clock = (int)clock;
  return 0;
}

int pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes) {
  condition->sequence = 0;
  condition->clock = attributes ? attributes->clock : (int)CLOCK_REALTIME;
  return 0;
}

int pthread_cond_destroy(pthread_cond_t *condition) {
  (void)condition;
  return 0;
}

/* Whoever signals after the mutex was let go changes the sequence first, so no signal is lost. */
static int wait_for(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t ns) {
  uint32_t seen = __atomic_load_n(&condition->sequence, __ATOMIC_ACQUIRE);
  uint32_t depth = mutex->depth;
  int saved = errno, error = 0;
  mutex->depth = 1;
  error = pthread_mutex_unlock(mutex);
  if (error) return error;
  if (!FutexWait(&condition->sequence, seen, ns) && errno == ETIMEDOUT) error = ETIMEDOUT;
  errno = saved;
  futex_lock_slow(&mutex->word); /* as if contended: a broadcast wakes several of us */
  mutex->owner = thread_self();
  mutex->depth = depth;
  return error;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex) {
  return wait_for(condition, mutex, UINT64_MAX);
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                           const struct timespec *until) {
  struct timespec now;
  if (!timespan_valid(until)) return EINVAL;
  if (clock_gettime((clockid_t)condition->clock, &now) != 0) return errno;
  return wait_for(condition, mutex, timespan_until(until, &now));
}

int pthread_cond_signal(pthread_cond_t *condition) {
  __sync_fetch_and_add(&condition->sequence, 1);
  FutexWake(&condition->sequence, 1);
  return 0;
}

int pthread_cond_broadcast(pthread_cond_t *condition) {
  __sync_fetch_and_add(&condition->sequence, 1);
  FutexWake(&condition->sequence, UINT32_MAX);
  return 0;
}

/* 0 not yet, 1 running, 2 running and somebody waits, 3 done */
int pthread_once(pthread_once_t *once, void (*function)(void)) {
  int saved = errno;
  for (;;) {
    uint32_t seen = __sync_val_compare_and_swap(&once->state, 0, 1);
    if (seen == 3) break;
    if (seen == 0) {
      function();
      if (__sync_lock_test_and_set(&once->state, 3) == 2) FutexWake(&once->state, UINT32_MAX);
      break;
    }
    if (seen == 2 || __sync_bool_compare_and_swap(&once->state, 1, 2)) {
      FutexWait(&once->state, 2, UINT64_MAX);
    }
  }
  errno = saved;
  return 0;
}

int sem_init(sem_t *semaphore, int shared, unsigned value) {
  if (shared) {
    errno = ENOSYS;
    return -1;
  }
  semaphore->value = value;
  return 0;
}

int sem_destroy(sem_t *semaphore) {
  (void)semaphore;
  return 0;
}

int sem_trywait(sem_t *semaphore) {
  uint32_t value = __atomic_load_n(&semaphore->value, __ATOMIC_ACQUIRE);
  while (value != 0) {
    uint32_t seen = __sync_val_compare_and_swap(&semaphore->value, value, value - 1);
    if (seen == value) return 0;
    value = seen;
  }
  errno = EAGAIN;
  return -1;
}

int sem_wait(sem_t *semaphore) {
  int saved = errno;
  while (sem_trywait(semaphore) != 0) FutexWait(&semaphore->value, 0, UINT64_MAX);
  errno = saved;
  return 0;
}

int sem_post(sem_t *semaphore) {
  __sync_fetch_and_add(&semaphore->value, 1);
  FutexWake(&semaphore->value, 1);
  return 0;
}

int sem_getvalue(sem_t *semaphore, int *value) {
  *value = (int)semaphore->value;
  return 0;
}
