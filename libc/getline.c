/* getline.c: newlib has both, under other names. */
#include <stdio.h>

ssize_t getdelim(char **restrict text, size_t *restrict bytes, int end, FILE *restrict stream) {
  return __getdelim(text, bytes, end, stream);
}

ssize_t getline(char **restrict line, size_t *restrict bytes, FILE *restrict stream) {
  return __getdelim(line, bytes, '\n', stream);
}
