/* own_malloc.c: a program with a malloc of its own (R22): libc's is not linked beside it, and stdio
 * and strdup use the program's. */
#include "check.h"

static char heap[1 << 16];
static volatile size_t used, calls; /* the compiler thinks it knows what malloc changes */

void *malloc(size_t bytes) {
  calls++;
  used = (used + 15) & ~(size_t)15;
  size_t *p = (size_t *)(heap + used);
  if (used + bytes + 16 > sizeof heap) return NULL;
  used += bytes + 16;
  p[0] = bytes;
  return p + 4;
}

void free(void *p) { (void)p; }

void *calloc(size_t count, size_t bytes) {
  void *volatile p = malloc(count * bytes); /* or malloc and memset become a call of calloc */
  return p ? memset(p, 0, count * bytes) : NULL;
}

void *realloc(void *p, size_t bytes) {
  void *q = malloc(bytes);
  size_t old = p ? ((size_t *)p)[-4] : 0;
  return p && q ? memcpy(q, p, old < bytes ? old : bytes) : q;
}

int main(void) {
  size_t before = calls;
  char *volatile copy = strdup("hello");
  CHECK("R22_strdup_uses_the_programs_malloc", calls == before + 1 && copy >= heap &&
                                                   copy < heap + sizeof heap);
  CHECK("R22_stdio_too", before > 0 || calls > before);
  return finish();
}
