/* pthread.c: threads: their birth, their end and who waits for it. A pthread_t is the thread's
 * block (thread_block.h); a table of all that may still be asked for tells it from one that is
 * gone. The block of a detached thread cannot be freed by the thread that stands on it: it goes
 * onto a list, and the next thread that is created or ends empties that list.
 *
 * The last thread that ends does what exit(0) does: a process has one way to end (exit.c). */
#include <pthread.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "futex_lock.h"
#include "thread_block.h"

#define BUCKETS 64u

/* Claimed: somebody waits for it in pthread_join. */
enum thread_state { THREAD_JOINABLE, THREAD_CLAIMED, THREAD_DETACHED, THREAD_ENDED };

static uint32_t lock; /* of all that follows but `alive` */
static struct thread_block *known[BUCKETS];
static struct thread_block *buried; /* detached and over, no longer known */
static uint32_t alive = 1;          /* threads, the main one included */

static struct thread_block **bucket_of(const struct thread_block *block) {
  return &known[(uintptr_t)block / sizeof *block % BUCKETS];
}

/* Where the block hangs; points to NULL where it is not known. Requires: the lock. */
static struct thread_block **find(const struct thread_block *block) {
  struct thread_block **link = bucket_of(block);
  while (*link && *link != block) link = &(*link)->next;
  return link;
}

static void make_known(struct thread_block *block) {
  futex_lock(&lock);
  block->next = *bucket_of(block);
  *bucket_of(block) = block;
  futex_unlock(&lock);
}

static void forget(struct thread_block *block) {
  futex_lock(&lock);
  struct thread_block **link = find(block);
  if (*link) *link = block->next;
  futex_unlock(&lock);
}

/* The creator of a thread and its end hold on to the block: the last to let go frees it. */
static void let_go(struct thread_block *block) {
  if (__sync_sub_and_fetch(&block->holders, 1) == 0 && block->start) free(block);
}

/* Waits for the thread's end, and takes it and its block away. Requires: it is claimed, or known no
 * longer. */
static int bury(struct thread_block *block, void **result) {
  int saved = errno, error = ThrJoin(block->id, NULL) ? 0 : errno;
  errno = saved;
  if (error) return error;
  if (result) *result = block->result;
  forget(block);
  let_go(block);
  return 0;
}

static void bury_all(void) {
  futex_lock(&lock);
  struct thread_block *list = buried;
  buried = NULL;
  futex_unlock(&lock);
  while (list) {
    struct thread_block *next = list->next;
    bury(list, NULL);
    list = next;
  }
}

/* The thread takes part no longer. Not where it is the last: it stays to end the process. */
static bool leave(void) {
  uint32_t count = __atomic_load_n(&alive, __ATOMIC_ACQUIRE);
  while (count > 1) {
    uint32_t seen = __sync_val_compare_and_swap(&alive, count, count - 1);
    if (seen == count) return true;
    count = seen;
  }
  return false;
}

static void say_ended(struct thread_block *self) {
  futex_lock(&lock);
  struct thread_block **link = find(self);
  if (*link && self->state == THREAD_DETACHED) {
    *link = self->next;
    self->next = buried;
    buried = self;
  } else if (self->state == THREAD_JOINABLE) {
    self->state = THREAD_ENDED;
  }
  futex_unlock(&lock);
}

void pthread_exit(void *result) {
  struct thread_block *self = pthread_self();
  self->result = result;
  thread_destructors_run();
  pthread_keys_finish(self);
  thread_destructors_run(); /* of objects that a key's destructor was the first to use */
  if (!leave()) exit(0);
  thread_block_finish(self);
  if (self->reent == &self->own_reent) _reclaim_reent(&self->own_reent);
  if (self->finish_cache) self->finish_cache(); /* from here on nothing is allocated or freed */
  say_ended(self);
  ThrExit(0);
}

__attribute__((force_align_arg_pointer)) static void thread_entry(void *block) {
  struct thread_block *self = block;
  self->id = ThrSelf(); /* its creator writes it too, but perhaps only later */
  pthread_exit(self->start(self->argument));
}

static struct thread_block *new_block(const pthread_attr_t *attributes, void *(*start)(void *),
                                      void *argument) {
  struct thread_block *block = calloc(1, sizeof *block);
  if (!block) return NULL;
  block->self = block;
  block->reent = &block->own_reent;
  _REENT_INIT_PTR(block->reent);
  block->start = start;
  block->argument = argument;
  block->holders = 2;
  block->state = attributes && attributes->detached ? THREAD_DETACHED : THREAD_JOINABLE;
  make_known(block);
  return block;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *argument) {
  bury_all();
  struct thread_block *block = new_block(attributes, start, argument);
  if (!block) return EAGAIN;
  int saved = errno;
  *thread = block; /* the new thread may look at it before ThrCreate is back here */
  __sync_fetch_and_add(&alive, 1);
  uint32_t id = ThrCreate(thread_entry, block, attributes ? attributes->stack_bytes : 0, block);
  if (!id) {
    int error = errno == ENOMEM ? EAGAIN : errno;
    errno = saved;
    leave();
    forget(block);
    free(block);
    return error;
  }
  block->id = id;
  let_go(block);
  return 0;
}

int pthread_join(pthread_t thread, void **result) {
  if (thread == thread_self()) return EDEADLK;
  int error = ESRCH;
  futex_lock(&lock);
  if (*find(thread)) {
    bool can = thread->state == THREAD_JOINABLE || thread->state == THREAD_ENDED;
    error = can ? 0 : EINVAL;
    if (can) thread->state = THREAD_CLAIMED;
  }
  futex_unlock(&lock);
  return error ? error : bury(thread, result);
}

int pthread_detach(pthread_t thread) {
  int error = ESRCH;
  bool over = false;
  futex_lock(&lock);
  if (*find(thread)) {
    over = thread->state == THREAD_ENDED;
    error = over || thread->state == THREAD_JOINABLE ? 0 : EINVAL;
    if (!error) thread->state = over ? THREAD_CLAIMED : THREAD_DETACHED;
  }
  futex_unlock(&lock);
  return over ? bury(thread, NULL) : error;
}

/* Only here can others come to know the main thread. */
pthread_t pthread_self(void) {
  struct thread_block *self = thread_self();
  if (!self->id) {
    self->id = ThrSelf();
    make_known(self);
  }
  return self;
}

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
