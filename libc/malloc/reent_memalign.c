/* reent_memalign.c: newlib's reentrant name of memalign. In a file of its own: a program that
 * brings its own malloc, but no memalign, must not get malloc.c by way of it. */
#include <malloc.h>
#include <reent.h>

void *_memalign_r(struct _reent *reent, size_t alignment, size_t bytes) {
  (void)reent;
  return memalign(alignment, bytes);
}
