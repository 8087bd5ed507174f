/* pthread.c: threads: their birth, their end and who waits for it. A pthread_t is the thread's
 * block (thread_block.h). The block of a detached thread cannot be freed by the thread that stands
 * on it: it goes onto a list, and the next thread that is created or ends empties that list. */
#include <pthread.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "futex_lock.h"
#include "thread_block.h"

/* thread_block.state */
enum { kJoinable = 0, kDetached = 1, kEnded = 2 };

void pthread_keys_finish(struct thread_block *block);

static uint32_t ended_lock;
static struct thread_block *ended; /* detached and over; linked by `argument` */

static void bury(struct thread_block *block) {
  ThrJoin(block->id, NULL);
  free(block);
}

static void bury_ended(void) {
  futex_lock(&ended_lock);
  struct thread_block *list = ended;
  ended = NULL;
  futex_unlock(&ended_lock);
  while (list) {
    struct thread_block *next = list->argument;
    bury(list);
    list = next;
  }
}

static void leave_for_burial(struct thread_block *block) {
  futex_lock(&ended_lock);
  block->argument = ended;
  ended = block;
  futex_unlock(&ended_lock);
}

void pthread_exit(void *result) {
  struct thread_block *self = thread_self();
  self->result = result;
  pthread_keys_finish(self);
  thread_block_finish(self);
  if (!self->start) ThrExit(0); /* the main thread: its block is no heap block */
  _reclaim_reent(&self->own_reent);
  if (self->finish_cache) self->finish_cache(); /* from here on nothing is allocated or freed */
  if (!__sync_bool_compare_and_swap(&self->state, kJoinable, kEnded)) leave_for_burial(self);
  ThrExit(0);
}

__attribute__((force_align_arg_pointer)) static void thread_entry(void *block) {
  struct thread_block *self = block;
  self->id = ThrSelf(); /* its creator writes it too, but perhaps only after we have ended */
  pthread_exit(self->start(self->argument));
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *argument) {
  bury_ended();
  struct thread_block *block = calloc(1, sizeof *block);
  if (!block) return EAGAIN;
  block->self = block;
  block->reent = &block->own_reent;
  _REENT_INIT_PTR(block->reent);
  block->start = start;
  block->argument = argument;
  block->state = attributes && attributes->detached ? kDetached : kJoinable;
  int saved = errno;
  *thread = block; /* the new thread may look at it before ThrCreate is back here */
  uint32_t id = ThrCreate(thread_entry, block, attributes ? attributes->stack_bytes : 0, block);
  if (!id) {
    int error = errno == ENOMEM ? EAGAIN : errno;
    errno = saved;
    free(block);
    return error;
  }
  block->id = id;
  return 0;
}

int pthread_join(pthread_t thread, void **result) {
  if (thread == thread_self()) return EDEADLK;
  if (thread->state == kDetached) return EINVAL;
  int saved = errno;
  if (!ThrJoin(thread->id, NULL)) {
    int error = errno;
    errno = saved;
    return error;
  }
  if (result) *result = thread->result;
  free(thread);
  return 0;
}

int pthread_detach(pthread_t thread) {
  if (__sync_bool_compare_and_swap(&thread->state, kJoinable, kDetached)) return 0;
  if (thread->state != kEnded) return EINVAL;
  bury(thread);
  return 0;
}

pthread_t pthread_self(void) { return thread_self(); }
int pthread_equal(pthread_t a, pthread_t b) { return a == b; }

int pthread_attr_init(pthread_attr_t *attributes) {
  *attributes = (pthread_attr_t){.stack_bytes = PTHREAD_STACK_MIN};
  return 0;
}

int pthread_attr_destroy(pthread_attr_t *attributes) {
  (void)attributes;
  return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t bytes) {
  attributes->stack_bytes = bytes;
  return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *attributes, size_t *bytes) {
  *bytes = attributes->stack_bytes;
  return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attributes, int state) {
  attributes->detached = state;
  return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attributes, int *state) {
  *state = attributes->detached;
  return 0;
}
