/* thread_block.h: what fs:[0..] is in each thread: errno and newlib's other per-thread state, the
 * pthread record, and the slots that compilers address (offsets 0x18 and 0x2c are those of the
 * Windows thread block, which native TLS code of clang expects). */
#ifndef MOBIUS_THREAD_BLOCK_H
#define MOBIUS_THREAD_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/reent.h>

#include "malloc/cache.h"

#define THREAD_KEYS 128

struct thread_block {
  void *windows_0[6];
  struct thread_block *self; /* 0x18 */
  void *windows_1c[4];
  void **tls_array; /* 0x2c */
  struct _reent *reent;
  uint32_t id;   /* the kernel's; 0 until somebody needs it */
  void **emutls; /* __thread variables of gcc, by their number */
  size_t emutls_count;
  struct reading *reading; /* bigints.c: the number that is being read */
  void (*finish_cache)(void); /* where malloc has started in this thread */
  struct cache cache;
  void *keys[THREAD_KEYS];
  struct thread_destructor *destructors; /* of thread_local objects, the newest first */
  /* What pthread.c keeps of it; all but `start` and `argument` under its lock. */
  struct thread_block *next; /* with the same hash, or in the list of the buried */
  uint32_t state;            /* an enum thread_state */
  uint32_t holders;
  void *(*start)(void *); /* NULL: the main thread, whose block is no heap block */
  void *argument;
  void *result;
  struct _reent own_reent;
};

_Static_assert(offsetof(struct thread_block, self) == 0x18, "fs:[0x18]");
_Static_assert(offsetof(struct thread_block, tls_array) == 0x2c, "fs:[0x2c]");

static inline struct thread_block *thread_self(void) {
  struct thread_block *self;
  __asm__("movl %%fs:0x18, %0" : "=r"(self));
  return self;
}

struct thread_destructor;

/* Makes `block` the calling thread's. */
void thread_block_adopt(struct thread_block *block);
/* Frees what the thread's __thread variables took. */
void thread_block_finish(struct thread_block *block);
/* Destroys the calling thread's thread_local objects, the newest first. */
void thread_destructors_run(void);
/* The same with the values of its keys. */
void pthread_keys_finish(struct thread_block *block);

#endif
