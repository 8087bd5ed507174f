/* history.h: the lines typed before, as many as have room. Pure. */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdbool.h>
#include <stddef.h>

enum { HISTORY_BYTES = 16384 };

struct history {
  size_t length, count;
  char bytes[HISTORY_BYTES]; /* the oldest first, each with its NUL */
};

/* Nothing where it is empty, or the newest again. The oldest make room. */
void history_add(struct history *history, const char *line);
/* 1 is the newest; NULL for 0 and beyond the oldest. */
const char *history_back(const struct history *history, size_t back);
/* How far back the newest line is, from `back` on, that has the pattern in it; 0: none. */
size_t history_find(const struct history *history, size_t back, const char *pattern);

#endif
