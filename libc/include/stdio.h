/* stdio.h: newlib's, with getline and getdelim under their own names. */
#ifndef MOBIUS_STDIO_H
#define MOBIUS_STDIO_H

#include_next <stdio.h>

#if __POSIX_VISIBLE >= 200809
#ifdef __cplusplus
extern "C" {
#endif
ssize_t getline(char **__restrict line, size_t *__restrict bytes, FILE *__restrict stream);
ssize_t getdelim(char **__restrict text, size_t *__restrict bytes, int end,
                 FILE *__restrict stream);
#ifdef __cplusplus
}
#endif
#endif

#endif
