/* thread_block.c: per-thread state: where newlib finds errno, and gcc its __thread variables. */
#include "thread_block.h"

#include <stdlib.h>
#include <string.h>

#include "futex_lock.h"
#include "mobius.h"

/* As gcc describes a __thread variable (libgcc's struct __emutls_object). */
struct emutls_object {
  size_t bytes;
  size_t alignment;
  size_t number; /* 0: not used by any thread yet */
  const void *initial;
};

static uint32_t emutls_lock;
static size_t emutls_numbers;

void *__emutls_get_address(struct emutls_object *object);

struct _reent *__getreent(void) { return thread_self()->reent; }

void thread_block_adopt(struct thread_block *block) {
  block->self = block;
  ThrSetTls(block);
}

static size_t number_of(struct emutls_object *object) {
  futex_lock(&emutls_lock);
  if (!object->number) object->number = ++emutls_numbers;
  size_t number = object->number;
  futex_unlock(&emutls_lock);
  return number;
}

/* The word before a variable is what malloc gave. (Not aligned_alloc: a program may bring a malloc
 * of its own and nothing else.) */
static void *new_variable(const struct emutls_object *object) {
  size_t alignment = object->alignment > sizeof(void *) ? object->alignment : sizeof(void *);
  char *block = malloc(object->bytes + alignment + sizeof(void *));
  if (!block) abort(); /* the language has no way to say no */
  uintptr_t at = ((uintptr_t)block + sizeof(void *) + alignment - 1) & ~(alignment - 1);
  void *p = (void *)at;
  ((void **)p)[-1] = block;
  if (object->initial) memcpy(p, object->initial, object->bytes);
  else memset(p, 0, object->bytes);
  return p;
}

void *__emutls_get_address(struct emutls_object *object) {
  struct thread_block *self = thread_self();
  size_t number = object->number ? object->number : number_of(object);
  if (number > self->emutls_count) {
    size_t count = number + 15;
    void **larger = realloc(self->emutls, count * sizeof *larger);
    if (!larger) abort();
    memset(larger + self->emutls_count, 0, (count - self->emutls_count) * sizeof *larger);
    self->emutls = larger;
    self->emutls_count = count;
  }
  void **slot = &self->emutls[number - 1];
  if (!*slot) *slot = new_variable(object);
  return *slot;
}

void thread_block_finish(struct thread_block *block) {
  for (size_t i = 0; i < block->emutls_count; i++) {
    void **variable = block->emutls[i];
    if (variable) free(variable[-1]);
  }
  free(block->emutls);
  block->emutls = NULL;
  block->emutls_count = 0;
}
