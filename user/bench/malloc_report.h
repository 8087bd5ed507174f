/* malloc_report.h: malloc_bench.c's figures as BENCH lines, here and on Linux. They come as
 * hundredths of an instruction, and of the aged heap as per cent that it spreads over what it
 * holds. The medians count. */
#ifndef MALLOC_REPORT_H
#define MALLOC_REPORT_H

#include <stdio.h>
#include <string.h>

#include "malloc_bench.h"

void report_value(const char *name, double value);

static inline void report_malloc(const char *name, const char *unit, unsigned long low,
                                 unsigned long median) {
  (void)low;
  if (strcmp(unit, "pct") == 0) printf("BENCH %s pct %lu\n", name, median);
  else if (strcmp(unit, "KiB") != 0) report_value(name, (double)median / 100);
}

#endif
