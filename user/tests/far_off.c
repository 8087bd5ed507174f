/* far_off.c: sleeps and timeouts of every length: refused, at once, never too short, and those that
 * nanoseconds cannot hold for ever. */
#include <limits.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static const struct timespec far_off[] = {
    {100000, 0},      {9223372036, 854775807},  {9223372037, 0},        {18446744073, 709551615},
    {18446744074, 0}, {36893488147, 600000000}, {INT64_MAX, 999999999},
};
#define FAR_OFF (sizeof far_off / sizeof *far_off)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static volatile unsigned asleep, woken;

static void *sleeps(void *span) {
  __sync_fetch_and_add(&asleep, 1);
  nanosleep(span, NULL);
  __sync_fetch_and_add(&woken, 1);
  return NULL;
}

static void *waits(void *until) {
  pthread_mutex_lock(&mutex);
  __sync_fetch_and_add(&asleep, 1);
  pthread_cond_timedwait(&never, &mutex, until);
  pthread_mutex_unlock(&mutex);
  __sync_fetch_and_add(&woken, 1);
  return NULL;
}

static void *sleeps_seconds(void *unused) {
  __sync_fetch_and_add(&asleep, 1);
  sleep(UINT_MAX);
  __sync_fetch_and_add(&woken, 1);
  return unused;
}

static void start(void *(*function)(void *), const void *argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, function, (void *)argument)) die("pthread_create");
}

static uint64_t now_ns(void) {
  struct sys_time now;
  SysClock(SYS_CLOCK_MONOTONIC, &now);
  return now.ns;
}

static void refused(void) {
  static const struct timespec bad[] = {{-1, 0},      {0, -1},         {0, 1000000000},
                                        {0, INT_MAX}, {-1, 999999999}, {INT64_MIN, 0}};
  bool ok = true;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    errno = 0;
    EXPECT(ok, nanosleep(&bad[i], NULL) == -1 && errno == EINVAL);
  }
  CHECK("sleeps_that_are_no_times_are_EINVAL", ok);
  pthread_mutex_lock(&mutex);
  CHECK("waits_that_are_no_times_are_EINVAL",
        pthread_cond_timedwait(&never, &mutex, &bad[2]) == EINVAL);
  static const struct timespec past[] = {{0, 0}, {-1, 0}, {INT64_MIN, 0}, {1, 999999999}};
  for (size_t i = 0; i < sizeof past / sizeof *past; i++) {
    EXPECT(ok, pthread_cond_timedwait(&never, &mutex, &past[i]) == ETIMEDOUT);
  }
  pthread_mutex_unlock(&mutex);
  CHECK("waits_until_what_has_passed_time_out", ok);
}

static void never_too_short(void) {
  bool ok = true;
  for (long ns = 0; ns < 20000000; ns = ns * 3 + 1) {
    const struct timespec span = {0, ns};
    uint64_t before = now_ns();
    EXPECT(ok, nanosleep(&span, NULL) == 0 && now_ns() - before >= (uint64_t)ns);
  }
  CHECK("sleeps_are_never_too_short", ok);
}

/* That something does not happen can only be waited for. */
static void for_ever(void) {
  for (size_t i = 0; i < FAR_OFF; i++) {
    start(sleeps, &far_off[i]);
    if (i > 0) start(waits, &far_off[i]); /* the first of them was in 1970 */
  }
  start(sleeps_seconds, NULL);
  while (asleep < 2 * FAR_OFF) ThrYield();
  ThrSleep(300000000);
  if (woken) printf("%u woke\n", woken);
  CHECK("what_is_far_off_does_not_come_at_once", woken == 0);
}

int main(void) {
  refused();
  never_too_short();
  for_ever();
  fflush(stdout);
  _exit(checks_failed != 0);
}
