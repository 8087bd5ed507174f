/* strtof.c: a float is rounded once, from the digits; by way of a double it would
 * be twice. strtof, wcstof and scanf call this (toolchain/newlib_edits.py). */
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reent.h>

/* As newlib's gdtoa.h has them: what a format is, and what strtodg answers. */
struct FPI {
  int bits, least_exponent, most_exponent, rounding, sudden_underflow;
};
enum { ZERO, NORMAL, DENORMAL, INFINITE, NO_NUMBER = 6, KIND = 7, NEGATIVE = 8 };
enum { TO_NEAREST = 1 };

int _strtodg_l(struct _reent *reent, const char *text, char **end, struct FPI *format,
               int32_t *exponent, uint32_t *bits, locale_t locale);
float strtof_l(const char *restrict text, char **restrict end, locale_t locale);

float strtof_l(const char *restrict text, char **restrict end, locale_t locale) {
  static struct FPI format = {24, 1 - 127 - 23, 254 - 127 - 23, TO_NEAREST, 0};
  uint32_t bits[2] = {0, 0}, word;
  int32_t exponent = 0;
  int kind = _strtodg_l(_REENT, text, end, &format, &exponent, bits, locale);
  switch (kind & KIND) {
    case ZERO:
    case NO_NUMBER:
      word = 0;
      break;
    case NORMAL:
      word = (bits[0] & 0x7fffff) | (uint32_t)(exponent + 127 + 23) << 23;
      break;
    case DENORMAL:
      word = bits[0];
      break;
    case INFINITE:
      word = 0x7f800000;
      break;
    default:
      word = 0x7fc00000;
      break; /* NaN */
  }
  if (kind & NEGATIVE) word |= 0x80000000u;
  float value;
  memcpy(&value, &word, sizeof value);
  return value;
}
