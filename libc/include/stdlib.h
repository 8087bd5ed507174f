/* stdlib.h: newlib's, and what C23 adds to malloc's family. */
#ifndef MOBIUS_STDLIB_H
#define MOBIUS_STDLIB_H

#include_next <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As free; a block that is smaller than `bytes` ends the program. */
void free_sized(void *p, size_t bytes);
void free_aligned_sized(void *p, size_t alignment, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
