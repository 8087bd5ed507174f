/* float_digits.c: the digits of a floating-point number, for printf and its family: no heap, and
 * never more than the number has. newlib prints zeros for the rest of what a precision asks for
 * (toolchain/newlib_edits.py). */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/reent.h>

/* x87's format. */
union number {
  long double value;
  struct {
    uint64_t mantissa;
    uint16_t exponent; /* and the sign */
  } part;
};

int __mobius_digits(long double value, int precision, int alternate, int conversion, char *digits,
                    int *exponent, int *length);
char *_ldtoa_r(struct _reent *reent, long double value, int mode, int wanted, int *exponent,
               int *sign, char **end, char *digits);

/* Rounds a mantissa of 64 bits, whose top bit is set, to 1 + 4 * places, to even where it is half
 * way. True: what came out is the next power of two. */
static bool rounded(uint64_t *mantissa, int places) {
  if (places > 15) return false;
  uint64_t half = UINT64_C(1) << (62 - 4 * places);
  uint64_t rest = *mantissa & (2 * half - 1);
  *mantissa -= rest;
  if (rest < half || (rest == half && !(*mantissa & (2 * half)))) return false;
  *mantissa += 2 * half;
  if (*mantissa) return false;
  *mantissa = UINT64_C(1) << 63;
  return true;
}

/* 1 digit before the point, and `precision` behind it; -1: as many as it takes. `exponent` gets the
 * binary one, and 1 is added, as newlib expects. */
static int hexadecimal(union number number, int precision, bool capital, char *digits,
                       int *exponent, int *length) {
  const char *letters = capital ? "0123456789ABCDEF" : "0123456789abcdef";
  uint64_t mantissa = number.part.mantissa;
  int power = number.part.exponent & 0x7fff;
  if (!power) power = 1;
  power -= 0x3fff;
  while (mantissa && !(mantissa >> 63)) {
    mantissa <<= 1;
    power--;
  }
  if (!mantissa)
    power = 0;
  else if (precision >= 0 && rounded(&mantissa, precision))
    power++;
  int count = 0;
  digits[count++] = mantissa ? '1' : '0';
  for (mantissa <<= 1; mantissa; mantissa <<= 4) digits[count++] = letters[mantissa >> 60];
  *exponent = power + 1;
  *length = precision < 0 ? count : precision + 1;
  return count;
}

/* Returns how many characters of `digits`, which has room for 64, it has filled; `length` is how
 * many the conversion prints, with zeros behind those; `exponent` is the place of the point. */
int __mobius_digits(long double value, int precision, int alternate, int conversion, char *digits,
                    int *exponent, int *length) {
  union number number = {.value = value};
  number.part.exponent &= 0x7fff;
  char kind = (char)(conversion | 0x20);
  if (kind == 'a') {
    return hexadecimal(number, precision, conversion == 'A', digits, exponent, length);
  }
  int wanted = precision + (kind == 'e'), sign;
  char *end;
  _ldtoa_r(NULL, number.value, kind == 'f' ? 3 : 2, wanted, exponent, &sign, &end, digits);
  *length = end - digits;
  if (kind == 'g' && !alternate) return *length;
  if (kind == 'f' && value != 0 && *digits == '0') *exponent = 1 - wanted;
  int whole = wanted + (kind == 'f' ? *exponent : 0);
  int count = *length;
  if (value == 0 || whole > *length) *length = whole;
  return count;
}
