/* pthread_keys.c: values of which every thread has its own. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "futex_lock.h"
#include "thread_block.h"

_Static_assert(THREAD_KEYS == PTHREAD_KEYS_MAX, "thread_block.h holds the values");

static struct {
  bool used;
  void (*destructor)(void *);
} keys[THREAD_KEYS];
static uint32_t keys_lock;

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *)) {
  int error = EAGAIN;
  futex_lock(&keys_lock);
  for (pthread_key_t i = 0; i < THREAD_KEYS && error; i++) {
    if (keys[i].used) continue;
    keys[i].used = true;
    keys[i].destructor = destructor;
    *key = i;
    error = 0;
  }
  futex_unlock(&keys_lock);
  return error;
}

int pthread_key_delete(pthread_key_t key) {
  if (key >= THREAD_KEYS || !keys[key].used) return EINVAL;
  keys[key].destructor = NULL;
  keys[key].used = false;
  return 0;
}

int pthread_setspecific(pthread_key_t key, const void *value) {
  if (key >= THREAD_KEYS || !keys[key].used) return EINVAL;
  thread_self()->keys[key] = (void *)value;
  return 0;
}

void *pthread_getspecific(pthread_key_t key) {
  return key < THREAD_KEYS ? thread_self()->keys[key] : NULL;
}

/* A destructor may set values again: a few rounds, as POSIX has it. */
void pthread_keys_finish(struct thread_block *block) {
  bool again = true;
  for (int round = 0; again && round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
    again = false;
    for (pthread_key_t i = 0; i < THREAD_KEYS; i++) {
      void *value = block->keys[i];
      if (!value || !keys[i].destructor) continue;
      block->keys[i] = NULL;
      keys[i].destructor(value);
      again = true;
    }
  }
}
