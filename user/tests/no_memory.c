/* no_memory.c: floating-point numbers are printed and read where malloc has nothing left; what
 * cannot be said without memory is an error. Nothing ends the process. */
#include <float.h>
#include <math.h>
#include <unistd.h>
#include <wchar.h>

#include "check.h"

static char digits[20000]; /* a number of that many digits */

static void eat(void) {
  for (size_t bytes = 64 << 20; bytes; bytes /= 2) {
    while (malloc(bytes)) {
    }
  }
  while (malloc(8)) {
  }
}

static bool printing(void) {
  bool ok = true;
  char text[600];
  EXPECT(ok, snprintf(text, sizeof text, "%.300f", 1e300) == 602);
  EXPECT(ok, snprintf(text, sizeof text, "%.17g", 0.1) == 19);
  EXPECT(ok, !strcmp(text, "0.10000000000000001"));
  EXPECT(ok, snprintf(text, sizeof text, "%.500000f", 1.0) == 500002);
  EXPECT(ok, snprintf(text, sizeof text, "%.500000a", 1.0) == 500007);
  EXPECT(ok, snprintf(text, sizeof text, "%Lf", LDBL_MAX) == 4940);
  wchar_t wide[100];
  EXPECT(ok, swprintf(wide, 100, L"%.60f", 0.5) == 62 && wide[2] == L'5');
  return ok;
}

static bool reading(void) {
  bool ok = true;
  char *end;
  double value = 0;
  float narrow = 0;
  long double whole = 0;
  EXPECT(ok, strtod("2.2250738585072011e-308", NULL) == 2.2250738585072011e-308);
  EXPECT(ok, strtod("1.7976931348623158e308", NULL) == DBL_MAX);
  EXPECT(ok, sscanf("3.14159265358979323846264338327950288", "%lf", &value) == 1);
  EXPECT(ok, value == 3.14159265358979323846264338327950288);
  EXPECT(ok, sscanf("1.00000017881393432617187499", "%f", &narrow) == 1);
  EXPECT(ok, narrow == 0x1.000002p0f);
  EXPECT(ok, sscanf("1.18973149535723176502e+4932", "%Lf", &whole) == 1 && whole == LDBL_MAX);
  EXPECT(ok, strtold("3.6e-4951", NULL) == 0x1p-16445L);
  digits[1000] = 0; /* 1,000 digits are read */
  EXPECT(ok, isinf(strtod(digits, &end)) && end == digits + 1000);
  EXPECT(ok, strtold(digits, &end) > 1e999L && end == digits + 1000);
  return ok;
}

static bool too_long_is_an_error(void) {
  bool ok = true;
  char *end;
  wchar_t *wide_end;
  digits[1] = '.';
  digits[1000] = '1';
  errno = 0;
  EXPECT(ok, strtold(digits, &end) == 0 && end == digits && errno == ENOMEM);
  errno = 0;
  EXPECT(ok, wcstod(L"1.5", &wide_end) == 0 && errno == ENOMEM);
  return ok;
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 4096);
  memset(digits, '1', sizeof digits - 1);
  printf("all memory is taken\n");
  eat();
  CHECK("numbers_are_printed_without_memory", printing());
  CHECK("numbers_are_read_without_memory", reading());
  CHECK("a_number_that_takes_memory_is_an_error_without", too_long_is_an_error());
  return finish();
}
