/* time.c: clocks and sleeping. */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "mobius.h"
#include "timespan.h"

static bool clock_of(clockid_t clock, uint32_t *out) {
  if (clock == CLOCK_MONOTONIC) *out = SYS_CLOCK_MONOTONIC;
  else if (clock == CLOCK_REALTIME) *out = SYS_CLOCK_REALTIME;
  else if (clock == CLOCK_PROCESS_CPUTIME_ID) *out = SYS_CLOCK_PROCESS_CPU;
  else {
    errno = EINVAL;
    return false;
  }
  return true;
}

int clock_gettime(clockid_t clock, struct timespec *out) {
  struct sys_time now;
  uint32_t which;
  if (!clock_of(clock, &which) || !SysClock(which, &now)) return -1;
  out->tv_sec = (time_t)(now.ns / NS_PER_SECOND);
  out->tv_nsec = (long)(now.ns % NS_PER_SECOND);
  return 0;
}

int clock_getres(clockid_t clock, struct timespec *out) {
  uint32_t which;
  if (!clock_of(clock, &which)) return -1;
  if (out) *out = (struct timespec){.tv_sec = 0, .tv_nsec = 1};
  return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
  struct timespec now;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

/* Also what clock() is made of: CLOCKS_PER_SEC ticks. */
clock_t times(struct tms *out) {
  struct sys_time now;
  if (!SysClock(SYS_CLOCK_PROCESS_CPU, &now)) return (clock_t)-1;
  *out = (struct tms){.tms_utime = (clock_t)(now.ns / (NS_PER_SECOND / CLOCKS_PER_SEC))};
  if (!SysClock(SYS_CLOCK_MONOTONIC, &now)) return (clock_t)-1;
  return (clock_t)(now.ns / (NS_PER_SECOND / CLOCKS_PER_SEC));
}

int nanosleep(const struct timespec *wanted, struct timespec *left) {
  if (wanted->tv_sec < 0 || !timespan_valid(wanted)) {
    errno = EINVAL;
    return -1;
  }
  if (!ThrSleep(timespan_ns(wanted))) return -1;
  if (left) *left = (struct timespec){0};
  return 0;
}

unsigned sleep(unsigned seconds) {
  const struct timespec span = {.tv_sec = seconds};
  return ThrSleep(timespan_ns(&span)) ? 0 : seconds;
}

int usleep(useconds_t us) { return ThrSleep((uint64_t)us * 1000) ? 0 : -1; }
int sched_yield(void) { return ThrYield() ? 0 : -1; }
