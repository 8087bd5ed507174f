/* floats.c: floating-point numbers are printed and read right, at any width and precision that an
 * int can say, and none that it cannot. */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <wchar.h>

#include "check.h"

struct printed {
  const char *format, *text;
  long double value;
};

/* With L: its value as it is; else as a double. */
static const struct printed printed[] = {
    {"%La", "0x1.fffffffffffffffep+16383", LDBL_MAX},
    {"%La", "-0x1.fffffffffffffffep+16383", -LDBL_MAX},
    {"%La", "0x1p-16382", LDBL_MIN},
    {"%La", "0x1p-16445", 0x1p-16445L},
    {"%La", "0x1.8p-16444", 0x3p-16445L},
    {"%LA", "0X1.ABCDEFP-16382", 0x1.abcdefp-16382L},
    {"%.0La", "0x1p+16384", LDBL_MAX},
    {"%.3La", "0x1.000p+16384", LDBL_MAX},
    {"%.20La", "0x1.fffffffffffffffe0000p+16383", LDBL_MAX},
    {"%La", "0x0p+0", 0},
    {"%.3La", "-0x0.000p+0", -0.0L},
    {"%#.0La", "0x1.p+0", 1},
    {"%30.2La|", "                    -0x1.80p+1|", -3},
    {"%030.2La|", "-0x000000000000000000001.80p+1|", -3},
    {"%a", "0x1.fffffffffffffp+1023", DBL_MAX},
    {"%a", "0x1p-1074", 0x1p-1074},
    {"%.1a", "0x1.8p+0", 0x1.88p0},
    {"%.1a", "0x1.8p+0", 0x1.78p0},
    {"%.1a", "0x1.9p+0", 0x1.8800001p0},
    {"%.0a", "0x1p+1", 0x1.8p0},
    {"%.0a", "0x1p+0", 0x1.7p0},
    {"%.1a", "0x1.0p+1", 0x1.f8p0},
    {"%.60f", "0.500000000000000000000000000000000000000000000000000000000000", 0.5},
    {"%.5e", "3.33333e-01", 1.0 / 3},
    {"%.50e", "2.50000000000000000000000000000000000000000000000000e-01", 0.25},
    {"%.0e", "2e+00", 2.5},
    {"%#.0f", "3.", 3},
    {"%.3f", "0.000", 0.0001},
    {"%.3f", "0.001", 0.0005001},
    {"%f", "0.000000", 0},
    {"%.2f", "-0.00", -0.0},
    {"%g", "1e+20", 1e20},
    {"%#g", "1.00000", 1},
    {"%.17g", "0.10000000000000001", 0.1},
    {"%.0f", "100000000000000000000", 1e20},
    {"%.2f", "10000000000000000303786028427003666890752.00", 1e40},
    {"%20.3f|", "             -12.345|", -12.345},
    {"%-12.1e|", "-1.2e+01    |", -12.345},
    {"%Lg", "1.18973e+4932", LDBL_MAX},
};

static bool is_printed(const struct printed *one) {
  char text[200];
  wchar_t wide[200], format[40], want[200];
  swprintf(format, 40, L"%hs", one->format);
  swprintf(want, 200, L"%hs", one->text);
  if (strchr(one->format, 'L')) {
    snprintf(text, sizeof text, one->format, one->value);
    swprintf(wide, 200, format, one->value);
  } else {
    snprintf(text, sizeof text, one->format, (double)one->value);
    swprintf(wide, 200, format, (double)one->value);
  }
  if (!strcmp(text, one->text) && !wcscmp(wide, want)) return true;
  printf("%s is '%s' and '%ls', not '%s'\n", one->format, text, wide, one->text);
  return false;
}

/* Far more digits than there are: their count is right and the rest are zeros. */
static bool many_zeros(void) {
  bool ok = true;
  static char text[20000];
  EXPECT(ok, snprintf(text, sizeof text, "%.15000f", 0.25) == 15002);
  EXPECT(ok, !strncmp(text, "0.25000", 7) && strspn(text + 4, "0") == 14998);
  EXPECT(ok, snprintf(text, sizeof text, "%.15000e|", 1.5) == 15007);
  EXPECT(ok, strspn(text + 3, "0") == 14999 && !strcmp(text + 15002, "e+00|"));
  EXPECT(ok, snprintf(text, sizeof text, "%.15000a|", 1.5) == 15008);
  EXPECT(ok, snprintf(text, sizeof text, "%#.15000g|", 1.5) == 15002);
  EXPECT(ok, snprintf(text, sizeof text, "%.3Lf", LDBL_MAX) == 4937);
  EXPECT(ok, !strncmp(text, "11897314953572317650", 20) && !strcmp(text + 4933, ".000"));
  EXPECT(ok, snprintf(text, sizeof text, "%.15000f|%d", 1e300, 7) == 301 + 1 + 15000 + 2);
  EXPECT(ok, !strcmp(text + 15302, "|7"));
  return ok;
}

#define REFUSED(...)                                                                       \
  (errno = 0, snprintf(text, sizeof text, __VA_ARGS__) == -1 && errno == EOVERFLOW &&      \
                  (errno = 0, fprintf(stdout, __VA_ARGS__) == -1) && errno == EOVERFLOW && \
                  !ferror(stdout))

static bool lengths_beyond_int(void) {
  bool ok = true;
  char text[100];
  const char *volatile lengths[] = {"%2147483648d",  "%4294967297d",  "%99999999999999999999d",
                                    "%.2147483648d", "%.4294967298d", "%2147483648s"};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    EXPECT(ok, REFUSED(lengths[i], 1));
  }
  const char *volatile floats[] = {"%.2147483645e", "%.2147483647f", "%.2147483647a",
                                   "%.2147483648g", "%2147483648f",  "%-99999999999e"};
  for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) EXPECT(ok, REFUSED(floats[i], 1.0));
  const char *volatile star = "%*d";
  EXPECT(ok, REFUSED(star, INT_MIN, 1));
  const char *volatile prefix = "%#.2147483647x";
  EXPECT(ok, REFUSED(prefix, 1));
  return ok;
}

struct number {
  const char *text;
  double value;
  int used;
};

static const struct number numbers[] = {
    {"0x", 0, 1},
    {"0x.p1", 0, 1},
    {"0x1.8p1", 3, 7},
    {"-0xa nsh", -10, 4},
    {".", 0, 0},
    {"1e+", 1, 1},
    {"infinit", INFINITY, 3},
    {"  -.5e1z", -5, 7},
    {"1e99999999999999999999", HUGE_VAL, 22},
    {"-", 0, 0},
    {"0e999999999999", 0, 14},
};

/* By each function that reads numbers. */
static bool where_numbers_end(void) {
  bool ok = true;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    const struct number *one = &numbers[i];
    char *end;
    wchar_t wide[40], *wide_end;
    swprintf(wide, 40, L"%hs", one->text);
    bool good = strtod(one->text, &end) == one->value && end - one->text == one->used;
    good = good && strtof(one->text, &end) == (float)one->value && end - one->text == one->used;
    good = good && (strtold(one->text, &end) == (long double)one->value || one->used == 22);
    good = good && end - one->text == one->used;
    good = good && wcstod(wide, &wide_end) == one->value && wide_end - wide == one->used;
    good = good && wcstof(wide, &wide_end) == (float)one->value && wide_end - wide == one->used;
    if (!good) printf("%s\n", one->text);
    ok = ok && good;
  }
  return ok;
}

/* Half way between two floats, and the smallest bit above and below: by way of a double they would
 * be half way all three. */
static bool floats_are_rounded_once(void) {
  bool ok = true;
  const char *below = "1.00000017881393432617187499", *above = "1.00000017881393432617187501";
  float read = 0, wide = 0;
  EXPECT(ok, strtof(below, NULL) == 0x1.000002p0f && strtof(above, NULL) == 0x1.000004p0f);
  EXPECT(ok, wcstof(L"1.00000017881393432617187499", NULL) == 0x1.000002p0f);
  EXPECT(ok, sscanf(below, "%f", &read) == 1 && read == 0x1.000002p0f);
  EXPECT(ok, sscanf(above, "%f", &read) == 1 && read == 0x1.000004p0f);
  EXPECT(ok, swscanf(L"1.00000017881393432617187499", L"%f", &wide) == 1 && wide == 0x1.000002p0f);
  EXPECT(ok, strtof("1.401298464324817e-45", NULL) == 0x1p-149f);
  EXPECT(ok, strtof("7.1e-46", NULL) == 0x1p-149f && strtof("-3.4028235e38", NULL) == -FLT_MAX);
  errno = 0;
  EXPECT(ok, strtof("1e-50", NULL) == 0 && errno == ERANGE);
  errno = 0;
  EXPECT(ok, strtof("-3.5e38", NULL) == -INFINITY && errno == ERANGE);
  EXPECT(ok, isnan(strtof("nan", NULL)) && isinf(strtof("-inf", NULL)));
  long double whole = 0;
  EXPECT(ok, swscanf(L"1.25", L"%Lf", &whole) == 1 && whole == 1.25L);
  return ok;
}

/* What 17 (21) digits or %a print is read back, whatever its size. */
static bool printed_and_read_back(void) {
  bool ok = true;
  uint64_t random = 5;
  for (int i = 0; i < 4000 && ok; i++) {
    char text[64];
    double value;
    random = random * 6364136223846793005u + 1442695040888963407u;
    memcpy(&value, &random, sizeof value);
    if (!isfinite(value)) continue;
    snprintf(text, sizeof text, "%.17g", value);
    EXPECT(ok, strtod(text, NULL) == value);
    snprintf(text, sizeof text, "%a", value);
    EXPECT(ok, strtod(text, NULL) == value);
  }
  static const long double large[] = {LDBL_MAX, LDBL_MIN, 0x1p-16445L, 0x1.23456789abcdefp-16000L};
  for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
    char text[64];
    snprintf(text, sizeof text, "%.21Lg", large[i]);
    EXPECT(ok, strtold(text, NULL) == large[i]);
    snprintf(text, sizeof text, "%La", large[i]);
    EXPECT(ok, strtold(text, NULL) == large[i]);
  }
  return ok;
}

int main(void) {
  bool ok = true;
  for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) ok &= is_printed(&printed[i]);
  CHECK("floats_are_printed_as_their_formats_say", ok);
  CHECK("digits_beyond_those_of_the_number_are_zeros", many_zeros());
  CHECK("lengths_that_no_int_can_say_are_EOVERFLOW", lengths_beyond_int());
  CHECK("numbers_end_where_they_end", where_numbers_end());
  CHECK("a_float_is_rounded_once", floats_are_rounded_once());
  CHECK("what_is_printed_is_read_back", printed_and_read_back());
  return finish();
}
