/* timespan.h: from what POSIX says of times to the kernel's nanoseconds. Every call that waits
 * comes by here: what nanoseconds cannot hold is for ever. */
#ifndef MOBIUS_TIMESPAN_H
#define MOBIUS_TIMESPAN_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define NS_PER_SECOND 1000000000
#define NS_FOR_EVER UINT64_MAX

/* Whether it is a time at all: POSIX has EINVAL for others. */
static inline bool timespan_valid(const struct timespec *time) {
  return time->tv_nsec >= 0 && time->tv_nsec < NS_PER_SECOND;
}

/* The nanoseconds of a span, at most NS_FOR_EVER; none of one below zero. Requires: it is valid. */
static inline uint64_t timespan_ns(const struct timespec *span) {
  uint64_t ns;
  if (span->tv_sec < 0) return 0;
  bool beyond = __builtin_mul_overflow((uint64_t)span->tv_sec, (uint64_t)NS_PER_SECOND, &ns) ||
                __builtin_add_overflow(ns, (uint64_t)span->tv_nsec, &ns);
  return beyond ? NS_FOR_EVER : ns;
}

/* How long it is from `now` until `then`. Requires: both are valid, and now->tv_sec >= 0. */
static inline uint64_t timespan_until(const struct timespec *then, const struct timespec *now) {
  if (then->tv_sec < 0) return 0;
  struct timespec left = {then->tv_sec - now->tv_sec, then->tv_nsec - now->tv_nsec};
  if (left.tv_nsec < 0) {
    left.tv_sec--;
    left.tv_nsec += NS_PER_SECOND;
  }
  return timespan_ns(&left);
}

#endif
