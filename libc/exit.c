/* exit.c: the one way in which a process ends by itself: exit(), which main's return and the end of
 * the last thread (pthread.c) come to as well. It destroys the calling thread's thread_local
 * objects, calls what atexit and its kin have registered, the newest first, flushes the streams
 * (streams.c) and ends the process. newlib's atexit, on_exit and __cxa_atexit register here.
 *
 * No lock is held while a handler runs: other threads may register handlers meanwhile. A second
 * thread that calls exit() waits in it for the end of the process; a handler that calls it goes on
 * with the handlers that are left. */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/reent.h>
#include <unistd.h>

#include "futex_lock.h"
#include "thread_block.h"

#define HANDLERS 32u /* as many as C promises without memory for more */

/* newlib's numbers (its stdlib/atexit.h). */
enum handler_type { HANDLER_PLAIN, HANDLER_WITH_STATUS, HANDLER_OF_OBJECT };

struct handler {
  int type;
  void (*function)(void);
  void *argument;
};

struct handlers {
  struct handlers *older;
  size_t count;
  struct handler list[HANDLERS];
};

static struct handlers first, *newest = &first;
static uint32_t lock;
static uint32_t ending; /* taken by the thread that ends the process, and never given back */
static struct thread_block *ender;

int __register_exitproc(int type, void (*function)(void), void *argument, void *module);

static bool add(const struct handler *handler, struct handlers *more) {
  futex_lock(&lock);
  if (more) {
    *more = (struct handlers){.older = newest};
    newest = more;
  }
  bool room = newest->count < HANDLERS;
  if (room) newest->list[newest->count++] = *handler;
  futex_unlock(&lock);
  return room;
}

int __register_exitproc(int type, void (*function)(void), void *argument, void *module) {
  const struct handler handler = {type, function, argument};
  (void)module; /* there is only one */
  if (add(&handler, NULL)) return 0;
  struct handlers *more = malloc(sizeof *more);
  return more && add(&handler, more) ? 0 : -1;
}

static bool take_newest(struct handler *out) {
  struct handlers *empty = NULL;
  futex_lock(&lock);
  if (newest->count == 0 && newest != &first) {
    empty = newest;
    newest = empty->older;
  }
  bool any = newest->count > 0;
  if (any) *out = newest->list[--newest->count];
  futex_unlock(&lock);
  free(empty);
  return any;
}

static void call(const struct handler *handler, int status) {
  switch ((enum handler_type)handler->type) {
    case HANDLER_PLAIN:
      handler->function();
      break;
    case HANDLER_WITH_STATUS:
      ((void (*)(int, void *))handler->function)(status, handler->argument);
      break;
    case HANDLER_OF_OBJECT:
      ((void (*)(void *))handler->function)(handler->argument);
      break;
  }
}

void exit(int status) {
  struct thread_block *self = thread_self();
  struct handler handler;
  if (__atomic_load_n(&ender, __ATOMIC_RELAXED) != self) {
    futex_lock(&ending);
    __atomic_store_n(&ender, self, __ATOMIC_RELAXED);
  }
  thread_destructors_run();
  while (take_newest(&handler)) {
    call(&handler, status);
    thread_destructors_run(); /* of objects that the handler was the first to use */
  }
  if (_GLOBAL_REENT->__cleanup) _GLOBAL_REENT->__cleanup(_GLOBAL_REENT);
  _exit(status);
}
