/* races.c: memory calls in one thread while another touches the same pages, or is inside a call
 * with a buffer there. A toucher may be ended by a fault, so each race runs in a child; what counts
 * is that the books balance and nothing is missing afterwards.  races [ROUNDS] */
#include <pthread.h>

#include "check.h"

#define PAGES 64
#define RUN_NS 300000000ull

static volatile char *block;
static const char *self;

static void touch_all(void) {
  for (size_t i = 0; i < PAGES; i++) block[i * PAGE]++;
}

static void *toucher(void *argument) {
  for (;;) touch_all();
  return argument;
}

/* The kernel touches, by a call; it fails where the block is not. */
static void *caller(void *argument) {
  for (size_t i = 0;; i++) {
    SysClock(SYS_CLOCK_MONOTONIC, (struct sys_time *)(uintptr_t)(block + i % PAGES * PAGE + 4088));
    VmmQueryPages(0, (const void *)block, PAGES, (uint8_t *)(uintptr_t)(block + 5 * PAGE - 32));
  }
  return argument;
}

static void free_and_take(void) {
  VmmFree((void *)block);
  if (VmmAlloc(PAGES, (void *)block, RW) != block) exit(9);
}

static void protect(void) {
  VmmProtect((void *)(block + 8 * PAGE), 16, VM_MEM_READ);
  VmmProtect((void *)(block + 8 * PAGE), 16, RW);
}

static void resize(void) {
  VmmResize((void *)block, PAGES / 2);
  if (VmmResize((void *)block, PAGES) != block) exit(9);
}

static void discard(void) { VmmAdvise((void *)block, PAGES, VM_ADVISE_DISCARD); }
static void nothing(void) { ThrYield(); }

static const struct {
  const char *name;
  void (*step)(void);
  void *(*other)(void *);
} races[] = {{"free_and_touch", free_and_take, toucher}, {"free_and_call", free_and_take, caller},
             {"protect_and_touch", protect, toucher},    {"protect_and_call", protect, caller},
             {"resize_and_touch", resize, toucher},      {"resize_and_call", resize, caller},
             {"discard_and_touch", discard, toucher},    {"discard_and_call", discard, caller},
             {"kill_and_touch", nothing, toucher},       {"kill_and_call", nothing, caller}};

static uint64_t now_ns(void) {
  static struct sys_time time;
  SysClock(SYS_CLOCK_MONOTONIC, &time);
  return time.ns;
}

static int run(size_t race) {
  pthread_t threads[2];
  block = VmmAlloc(PAGES, (void *)0x38000000, RW);
  for (int i = 0; i < 2; i++) {
    if (pthread_create(&threads[i], NULL, races[race].other, NULL)) return 9;
  }
  uint64_t end = now_ns() + RUN_NS;
  for (int i = 0; now_ns() < end; i++) {
    races[race].step();
    if (i % 8 == 0) ThrYield();
    if (i % 50 == 0) touch_all();
  }
  return 0; /* with the others still at it */
}

static bool race_in_child(size_t race) {
  char text[8];
  sniprintf(text, sizeof text, "%u", (unsigned)race);
  const char *const argv[] = {self, "child", text, NULL};
  uint32_t pid = start_program(self, argv);
  if (!pid) die("ProcSpawn");
  if (races[race].step == nothing) {
    ThrSleep(20000000);
    ProcKill(pid);
  }
  struct proc_status status = wait_for(pid);
  return status.code != 9;
}

static void settle(uint64_t wanted) {
  for (int i = 0; i < 100 && stats_now().frames_free < wanted; i++) ThrSleep(1000000);
}

int main(int argc, char **argv) {
  self = argv[0];
  if (argc == 3) return run((size_t)atoi(argv[2]));
  int rounds = argc == 2 ? atoi(argv[1]) : 2;
  for (size_t race = 0; race < sizeof races / sizeof *races; race++) {
    bool ok = race_in_child(race);
    ThrSleep(5000000);
    uint64_t before = stats_now().frames_free;
    for (int i = 0; i < rounds; i++) EXPECT(ok, race_in_child(race));
    settle(before);
    EXPECT(ok, stats_now().frames_free >= before);
    EXPECT(ok, SysCheckMachine());
    CHECK(races[race].name, ok);
  }
  return finish();
}
