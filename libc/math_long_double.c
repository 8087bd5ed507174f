/* math_long_double.c: the long double functions that newlib lacks, in double precision. */
#include <math.h>

#define MOBIUS_MATH_1(name) \
  long double name##l(long double x) { return name((double)x); }
#define MOBIUS_MATH_2(name) \
  long double name##l(long double x, long double y) { return name((double)x, (double)y); }
#include <mobius_math.def>

long double nexttowardl(long double x, long double y) { return nextafterl(x, y); }
double nexttoward(double x, long double y) { return nextafter(x, (double)y); }
float nexttowardf(float x, long double y) { return nextafterf(x, (float)y); }
long double frexpl(long double x, int *exponent) { return frexp((double)x, exponent); }
long double ldexpl(long double x, int exponent) { return ldexp((double)x, exponent); }
int ilogbl(long double x) { return ilogb((double)x); }
long lroundl(long double x) { return lround((double)x); }
long long llroundl(long double x) { return llround((double)x); }
long double scalbnl(long double x, int n) { return scalbn((double)x, n); }
long double scalblnl(long double x, long n) { return scalbln((double)x, n); }

long double modfl(long double x, long double *whole) {
  double part, rest = modf((double)x, &part);
  *whole = part;
  return rest;
}

long double remquol(long double x, long double y, int *quotient) {
  return remquo((double)x, (double)y, quotient);
}

long double fmal(long double x, long double y, long double z) {
  return fma((double)x, (double)y, (double)z);
}
