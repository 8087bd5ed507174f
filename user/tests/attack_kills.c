/* attack_kills.c: processes of every occupation that are killed at random moments, from before
 * their first instruction on, several at a time.  attack_kills [COUNT [SEED]] */
#include <pthread.h>

#include "attacks.h"

#define AT_A_TIME 4
#define OCCUPATIONS 8

static const char *self;

/* Each gives the processor away now and then: an end takes a turn of it. */
static void spin(void) {
  for (;; ThrYield()) {
    for (uint64_t end = clock_ns() + 1000000; clock_ns() < end;) {}
  }
}

static void touch(void) {
  for (;; ThrYield()) {
    volatile char *block = VmmAlloc(40, NULL, RW);
    for (size_t i = 0; block && i < 40; i++) block[i * PAGE] = 1;
    VmmFree((void *)block);
  }
}

static void *leave(void *unused) { return unused; }

static void make_threads(void) {
  for (;; ThrYield()) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, leave, NULL) == 0) pthread_join(thread, NULL);
  }
}

static void make_processes(void) {
  for (;;) {
    uint32_t pid = start_quiet(self, "be", "0");
    if (pid) wait_for(pid);
  }
}

static void read_file(void) {
  static char buffer[3 * PAGE];
  for (;; ThrYield()) {
    handle_t file = FileOpen(self, FILE_READ);
    while (FileRead(file, buffer, sizeof buffer)) ThrYield();
    HndClose(file);
  }
}

static void share(void) {
  for (;; ThrYield()) {
    void *area = VmmAlloc(8, NULL, RW);
    uint32_t word = 0;
    VmmLock(area, 2);
    FutexWait(&word, 0, random_below(3) * 1000000);
    VmmResize(area, 3);
    VmmFree(area);
  }
}

static int child(uint32_t occupation) {
  switch (occupation) {
    case 0: return 0;
    case 1: spin(); return 1;
    case 2: ThrSleep(UINT64_MAX); return 1;
    case 3: touch(); return 1;
    case 4: make_threads(); return 1;
    case 5: make_processes(); return 1;
    case 6: read_file(); return 1;
    default: share(); return 1;
  }
}

/* From nothing at all to a few milliseconds. */
static void wait_a_moment(void) {
  const uint32_t kind = random_below(4), length = random_below(3000000);
  if (kind == 1) ThrYield();
  if (kind == 2) for (uint64_t end = clock_ns() + length / 4; clock_ns() < end;) {}
  if (kind == 3) ThrSleep(length);
}

static void end_one(uint32_t *pid) {
  if (!*pid) return;
  ends[end_within(*pid, 0).end]++;
  *pid = 0;
}

int main(int argc, char **argv) {
  self = argv[0];
  if (argc == 3 && strcmp(argv[1], "be") == 0) return child((uint32_t)atoi(argv[2]));
  struct attack attack = attack_of(argv, argc);
  uint32_t pids[AT_A_TIME] = {0};
  seed_random(attack.seed);
  end_within(start_numbered(self, "be", 5), 100000000);
  struct holdings before = holdings_now();
  for (uint32_t i = 0; i < attack.count; i++) {
    uint32_t *pid = &pids[random_below(AT_A_TIME)];
    end_one(pid);
    *pid = start_numbered(self, "be", random_below(OCCUPATIONS));
    wait_a_moment();
    if (random_below(2)) end_one(&pids[random_below(AT_A_TIME)]);
  }
  for (size_t i = 0; i < AT_A_TIME; i++) end_one(&pids[i]);
  show_ends();
  CHECK("every_start_has_its_end",
        ends[PROC_EXITED] + ends[PROC_KILLED] == attack.count && ends[PROC_KILLED] > 0);
  check_all_back(before);
  return finish();
}
