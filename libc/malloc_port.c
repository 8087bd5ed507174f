/* malloc_port.c: what malloc.c leaves to libc: its lock, its complaint, and newlib's reentrant
 * names. These names call plain malloc, so a program's own malloc serves stdio too. */
#include <reent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "futex_lock.h"
#include "malloc_internal.h"

bool malloc_threaded;
static uint32_t lock_word;

void malloc_lock_slow(void) { futex_lock(&lock_word); }
void malloc_unlock_slow(void) { futex_unlock(&lock_word); }

void malloc_bad_pointer(const char *function, const void *p) {
  char text[80];
  int length = sniprintf(text, sizeof text, "%s: %p is not a block of malloc\n", function, p);
  write(2, text, (size_t)length);
  abort();
}

/* newlib takes this lock around sbrk users only; ours is inside malloc. */
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
