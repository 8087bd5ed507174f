/* thread_destructors.c: the destructors of C++'s thread_local objects. The compiler registers each
 * when a thread first uses the object; the thread's end runs them (pthread.c), and exit() those of
 * the thread that calls it. */
#include <stdlib.h>

#include "thread_block.h"

/* Where the compiler has destructors take `this` in ECX, which it has for mingw on i386. */
#define CXX_DESTRUCTOR __attribute__((thiscall))

struct thread_destructor {
  struct thread_destructor *next;
  void (*function)(void *) CXX_DESTRUCTOR;
  void *object;
};

int __cxa_thread_atexit(void (*function)(void *) CXX_DESTRUCTOR, void *object, void *module);

int __cxa_thread_atexit(void (*function)(void *) CXX_DESTRUCTOR, void *object, void *module) {
  struct thread_destructor *entry = malloc(sizeof *entry);
  (void)module;
  if (!entry) abort(); /* the language has no way to say no */
  struct thread_block *self = thread_self();
  *entry = (struct thread_destructor){self->destructors, function, object};
  self->destructors = entry;
  return 0;
}

/* A destructor may be the first to use another object. */
void thread_destructors_run(void) {
  struct thread_block *self = thread_self();
  while (self->destructors) {
    struct thread_destructor *entry = self->destructors;
    self->destructors = entry->next;
    entry->function(entry->object);
    free(entry);
  }
}
