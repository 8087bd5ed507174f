/* threads.c: threads, mutexes, condition variables, keys, and the FPU across preemption. */
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include "check.h"

#define THREADS 8
#define ROUNDS 5000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int counter, arrived, once_count, destroyed;
static __thread int own = 5;

static void count_once(void) { once_count++; }

static void destroy(void *value) {
  pthread_mutex_lock(&mutex);
  destroyed++;
  pthread_mutex_unlock(&mutex);
  free(value);
}

static void *work(void *argument) {
  int number = (int)(intptr_t)argument;
  pthread_once(&once, count_once);
  pthread_setspecific(key, malloc(10));
  own += number;
  errno = number;
  for (int i = 0; i < ROUNDS; i++) {
    pthread_mutex_lock(&mutex);
    counter++;
    if (i % 1000 == 0) ThrYield(); /* with the lock held: the others have to sleep */
    pthread_mutex_unlock(&mutex);
    if (i % 64 == 0) free(malloc((size_t)i));
  }
  pthread_mutex_lock(&mutex);
  arrived++;
  pthread_cond_signal(&condition);
  pthread_mutex_unlock(&mutex);
  return (void *)(intptr_t)(own * 100 + errno);
}

static void locks_and_keys(void) {
  pthread_t threads[THREADS];
  pthread_key_create(&key, destroy);
  for (int i = 0; i < THREADS; i++) {
    if (pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i)) die("pthread_create");
  }
  pthread_mutex_lock(&mutex);
  while (arrived < THREADS) pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  bool ok = true;
  for (int i = 0; i < THREADS; i++) {
    void *result;
    EXPECT(ok, pthread_join(threads[i], &result) == 0);
    EXPECT(ok, (intptr_t)result == (5 + i) * 100 + i);
  }
  CHECK("threads_have_own_errno_and_variables", ok);
  CHECK("mutex_excludes", counter == THREADS * ROUNDS);
  CHECK("once_is_once", once_count == 1);
  CHECK("keys_are_destroyed", destroyed == THREADS);
}

static void timeouts(void) {
  struct timespec until, before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 20000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  pthread_mutex_lock(&mutex);
  int error = pthread_cond_timedwait(&condition, &mutex, &until);
  pthread_mutex_unlock(&mutex);
  clock_gettime(CLOCK_MONOTONIC, &after);
  int64_t ns = (after.tv_sec - before.tv_sec) * 1000000000ll + after.tv_nsec - before.tv_nsec;
  CHECK("cond_timedwait_times_out", error == ETIMEDOUT && ns >= 19000000);
  uint32_t word = 3;
  errno = 0;
  CHECK("futex_of_another_value_is_EAGAIN", !FutexWait(&word, 4, 1000) && errno == EAGAIN);
  errno = 0;
  CHECK("futex_times_out", !FutexWait(&word, 3, 1000000) && errno == ETIMEDOUT);
  clock_gettime(CLOCK_MONOTONIC, &before);
  ThrSleep(30000000);
  clock_gettime(CLOCK_MONOTONIC, &after);
  ns = (after.tv_sec - before.tv_sec) * 1000000000ll + after.tv_nsec - before.tv_nsec;
  CHECK("sleep_sleeps_long_enough", ns >= 30000000);
}

/* Each thread keeps values of its own on the FPU's stack while the others do the same. None of them
 * gives the processor away, so nearly every switch comes while there is something on that stack. */
static volatile bool stop;

static void *keep_fpu(void *argument) {
  double value = (double)(intptr_t)argument + 0.5;
  while (!stop) {
    double a, b;
    __asm__ volatile("fldl %2; fldl %2; faddl %2; movl $20000, %%ecx; 1: decl %%ecx; jnz 1b;"
                     "fstpl %0; fstpl %1"
                     : "=m"(a), "=m"(b) : "m"(value) : "ecx", "memory");
    if (a != value * 2 || b != value) return (void *)1;
  }
  return NULL;
}

static void fpu(void) {
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) {
    if (pthread_create(&threads[i], NULL, keep_fpu, (void *)(intptr_t)(i + 1))) die("fpu");
  }
  ThrSleep(200000000);
  stop = true;
  bool ok = true;
  for (int i = 0; i < 4; i++) {
    void *result;
    EXPECT(ok, pthread_join(threads[i], &result) == 0 && result == NULL);
  }
  CHECK("D2_FPU_across_preemption", ok);
}

/* A thread that never yields does not keep the others from running. */
static volatile bool spinning, seen_spinning;

static void *spin(void *argument) {
  (void)argument;
  spinning = true;
  while (!seen_spinning) {
  }
  return NULL;
}

static void preemption(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, spin, NULL);
  while (!spinning) ThrYield();
  seen_spinning = true; /* reached although the other one never gives the processor away */
  CHECK("preemption", pthread_join(thread, NULL) == 0);
}

static void *nothing(void *argument) { return argument; }

static void many(void) {
  uint64_t before = 0;
  bool ok = true;
  for (int i = 0; i < 300; i++) {
    pthread_t thread;
    EXPECT(ok, pthread_create(&thread, NULL, nothing, NULL) == 0);
    EXPECT(ok, pthread_join(thread, NULL) == 0);
    if (i == 20) before = stats_now().frames_free;
  }
  CHECK("D1_300_threads_one_after_another", ok);
  CHECK("D1_their_stacks_come_back", stats_now().frames_free + 2 >= before);
}

static void *yield_often(void *times) {
  for (uintptr_t i = (uintptr_t)times; i > 0; i--) ThrYield();
  return NULL;
}

/* What a thread's kernel stack has lain in belongs to the next who asks, and to nobody else. That
 * is us here, for no frames wait zeroed; or another thread, for they end in another order each time
 * than they began. */
#define LIVES 100
#define TOGETHER 4
#define PAGES_A_LIFE 16
static void stacks_change_hands(void) {
  /* Where that is not permitted there are other frames, too. */
  if (!SysBench(SYS_BENCH_DROP_ZEROED, NULL, 0) && errno != EPERM) die("SysBench");
  const size_t words = PAGES_A_LIFE * PAGE / 4;
  volatile uint32_t *block = (volatile uint32_t *)take_pages(LIVES * PAGES_A_LIFE);
  bool ok = true;
  for (uint32_t life = 0; life < LIVES; life++) {
    pthread_t threads[TOGETHER];
    for (uint32_t i = 0; i < TOGETHER; i++) {
      void *times = (void *)((life * 7 + i * 3) % 5 + 1);
      EXPECT(ok, pthread_create(&threads[i], NULL, yield_often, times) == 0);
    }
    for (uint32_t i = 0; i < TOGETHER; i++) EXPECT(ok, pthread_join(threads[i], NULL) == 0);
    for (size_t i = 0; i < words; i++) block[life * words + i] = life + 1;
  }
  for (uint32_t life = 0; life < LIVES; life++) {
    for (size_t i = 0; i < words; i++) EXPECT(ok, block[life * words + i] == life + 1);
  }
  CHECK("D1_pages_that_were_kernel_stacks", ok);
  VmmFree((void *)block);
}

int main(void) {
  locks_and_keys();
  timeouts();
  fpu();
  preemption();
  many();
  stacks_change_hands();
  return finish();
}
