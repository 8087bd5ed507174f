/* math.h: newlib's, and the long double functions that newlib has only where long double is double.
 * Those here compute in double. */
#ifndef MOBIUS_MATH_H
#define MOBIUS_MATH_H

#include_next <math.h>

#if !defined(__STRICT_ANSI__) || __STDC_VERSION__ >= 199901L || __cplusplus >= 201103L
#ifdef __cplusplus
extern "C" {
#endif
#define MOBIUS_MATH_1(name) long double name##l(long double);
#define MOBIUS_MATH_2(name) long double name##l(long double, long double);
#include <mobius_math.def>
#undef MOBIUS_MATH_1
#undef MOBIUS_MATH_2
long double nexttowardl(long double, long double);
double nexttoward(double, long double);
float nexttowardf(float, long double);
long double frexpl(long double, int *);
long double ldexpl(long double, int);
long double modfl(long double, long double *);
long double nanl(const char *);
int ilogbl(long double);
long lroundl(long double);
long long llroundl(long double);
long double scalbnl(long double, int);
long double scalblnl(long double, long);
long double remquol(long double, long double, int *);
long double fmal(long double, long double, long double);
#ifdef __cplusplus
}
#endif
#endif

#endif
