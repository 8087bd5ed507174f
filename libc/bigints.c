/* bigints.c: memory for the big integers with which newlib reads floating-point numbers. They come
 * from the stack of the caller, then from the heap; all are given back when the number has been
 * read.
 *
 * Where the heap has nothing left the number is read once more with a larger piece of the stack,
 * which is enough for any number of a thousand digits. More digits than that are an error: ENOMEM,
 * and nothing has been read. */
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reent.h>

#include "thread_block.h"

#define SIZES 32 /* a big integer of size k has 2^k words */
#define FIRST_BYTES 2048
#define SECOND_BYTES (40 * 1024)

/* Big integers of the heap lie behind one of these. */
struct heap_piece {
  struct heap_piece *next;
};

struct reading {
  char *next, *end; /* what is left of the stack's piece */
  struct heap_piece *heap;
  struct _Bigint *free[SIZES];
  void *out_of_memory[5]; /* __builtin_setjmp's */
};

/* What is called with memory at hand: strtod or strtodg of newlib. */
struct number {
  struct _reent *reent;
  const char *text;
  char **end;
  locale_t locale;
  double value;
  struct FPI *format; /* NULL: strtod */
  int32_t *exponent;
  uint32_t *bits;
  int kind;
};

double __mobius_strtod(struct _reent *reent, const char *text, char **end, locale_t locale);
int __mobius_strtodg(struct _reent *reent, const char *text, char **end, struct FPI *format,
                     int32_t *exponent, uint32_t *bits, locale_t locale);
struct _Bigint *_Balloc(struct _reent *reent, int k);
void _Bfree(struct _reent *reent, struct _Bigint *integer);
double _strtod_l(struct _reent *reent, const char *text, char **end, locale_t locale);
int _strtodg_l(struct _reent *reent, const char *text, char **end, struct FPI *format,
               int32_t *exponent, uint32_t *bits, locale_t locale);

static void *from_heap(struct reading *reading, size_t bytes) {
  struct heap_piece *piece = malloc(sizeof *piece + bytes);
  if (!piece) __builtin_longjmp(reading->out_of_memory, 1);
  piece->next = reading->heap;
  reading->heap = piece;
  return piece + 1;
}

struct _Bigint *_Balloc(struct _reent *reent, int k) {
  (void)reent;
  struct reading *reading = thread_self()->reading;
  if (k >= SIZES - 4) __builtin_longjmp(reading->out_of_memory, 1);
  struct _Bigint *integer = reading->free[k];
  size_t bytes = sizeof *integer + ((size_t)4 << k);
  if (integer)
    reading->free[k] = integer->_next;
  else if (bytes <= (size_t)(reading->end - reading->next)) {
    integer = (struct _Bigint *)(reading->end -= bytes);
  } else
    integer = from_heap(reading, bytes);
  integer->_k = k;
  integer->_maxwds = 1 << k;
  integer->_sign = integer->_wds = 0;
  return integer;
}

void _Bfree(struct _reent *reent, struct _Bigint *integer) {
  (void)reent;
  struct reading *reading = thread_self()->reading;
  if (!integer) return;
  integer->_next = reading->free[integer->_k];
  reading->free[integer->_k] = integer;
}

static void read_with(struct number *number) {
  if (number->format) {
    number->kind = __mobius_strtodg(number->reent, number->text, number->end, number->format,
                                    number->exponent, number->bits, number->locale);
  } else {
    number->value = __mobius_strtod(number->reent, number->text, number->end, number->locale);
  }
}

/* False: out of memory, nothing has been read. */
static __attribute__((noinline)) bool read_in(struct number *number, char *stack, size_t bytes) {
  struct reading reading = {.next = stack, .end = stack + bytes};
  thread_self()->reading = &reading;
  volatile bool good = false;
  if (!__builtin_setjmp(reading.out_of_memory)) {
    read_with(number);
    good = true;
  }
  number->reent->_p5s = NULL; /* newlib's powers of five: they were in this memory */
  for (struct heap_piece *piece = reading.heap, *next; piece; piece = next) {
    next = piece->next;
    free(piece);
  }
  return good;
}

static __attribute__((noinline)) bool read_on_little(struct number *number) {
  char stack[FIRST_BYTES] __attribute__((aligned(8)));
  return read_in(number, stack, sizeof stack);
}

static __attribute__((noinline)) bool read_on_much(struct number *number) {
  char stack[SECOND_BYTES] __attribute__((aligned(8)));
  return read_in(number, stack, sizeof stack);
}

static bool read_number(struct number *number) {
  int before = errno;
  if (read_on_little(number)) return true;
  errno = before;
  if (read_on_much(number)) return true;
  errno = ENOMEM;
  if (number->end) *number->end = (char *)number->text;
  return false;
}

double _strtod_l(struct _reent *reent, const char *text, char **end, locale_t locale) {
  struct number number = {.reent = reent, .text = text, .end = end, .locale = locale};
  return read_number(&number) ? number.value : 0;
}

#define NO_NUMBER 6 /* STRTOG_NoNumber of newlib's gdtoa.h */

int _strtodg_l(struct _reent *reent, const char *text, char **end, struct FPI *format,
               int32_t *exponent, uint32_t *bits, locale_t locale) {
  struct number number = {.reent = reent,
                          .text = text,
                          .end = end,
                          .locale = locale,
                          .format = format,
                          .exponent = exponent,
                          .bits = bits};
  return read_number(&number) ? number.kind : NO_NUMBER;
}
