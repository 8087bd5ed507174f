/* paths.h: a path as the kernel wants it. */
#ifndef MOBIUS_LIBC_PATHS_H
#define MOBIUS_LIBC_PATHS_H

#include <stddef.h>

#define PATH_BYTES 1024

/* The path itself when it is absolute, else a copy in `buffer`; NULL and errno when that fails. */
const char *absolute_path(const char *path, char *buffer, size_t bytes);

#endif
