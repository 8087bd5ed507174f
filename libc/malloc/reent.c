/* reent.c: newlib's own names of the family. They call the plain ones, so a program's own malloc
 * serves stdio too. */
#include <reent.h>
#include <stdlib.h>

/* newlib takes this lock around sbrk users only. */
void __malloc_lock(struct _reent *reent) { (void)reent; }
void __malloc_unlock(struct _reent *reent) { (void)reent; }

void *_malloc_r(struct _reent *reent, size_t bytes) {
  (void)reent;
  return malloc(bytes);
}

void _free_r(struct _reent *reent, void *p) {
  (void)reent;
  free(p);
}

void *_calloc_r(struct _reent *reent, size_t count, size_t bytes) {
  (void)reent;
  return calloc(count, bytes);
}

void *_realloc_r(struct _reent *reent, void *p, size_t bytes) {
  (void)reent;
  return realloc(p, bytes);
}
