/* long_calls.c: while one thread makes calls that have much to do (a block of 25,000 parts moves,
 * is protected, freed), another that wakes at every tick goes on waking; and a process that is
 * killed in the midst of such calls gives everything back, also where its threads wait for each
 * other's. */
#include <pthread.h>

#include "check.h"

#define PARTS 25000u
#define TICK_NS 10000000ull

static volatile uint32_t wakes;

static uint64_t now_ns(void) {
  static struct sys_time time;
  SysClock(SYS_CLOCK_MONOTONIC, &time);
  return time.ns;
}

static void *watch(void *argument) {
  ThrSetPriority(0, 7);
  for (;;) {
    ThrSleep(1);
    wakes++;
  }
  return argument;
}

static char *in_parts(void) {
  char *block = take_pages(PARTS);
  for (size_t i = 0; i < PARTS; i += 2) VmmProtect(block + i * PAGE, 1, VM_MEM_READ);
  return block;
}

/* What the calls took, and how often the watcher woke during them. */
static struct {
  uint64_t ns, wakes;
} in_calls;

static void begin(void) {
  in_calls.ns -= now_ns();
  in_calls.wakes -= wakes;
}

static void end(void) {
  in_calls.wakes += wakes;
  in_calls.ns += now_ns();
}

static bool long_calls(void) {
  bool ok = true;
  char *block = in_parts();
  EXPECT(ok, VmmAlloc(1, block + PARTS * PAGE, RW) == block + PARTS * PAGE);
  begin();
  char *moved = (char *)VmmResize(block, PARTS + 1);
  end();
  EXPECT(ok, moved && moved != block);
  EXPECT(ok, VmmFree(block + PARTS * PAGE));
  begin();
  EXPECT(ok, VmmProtect(moved, PARTS + 1, RW));
  end();
  moved[0] = moved[PARTS * PAGE] = 1;
  EXPECT(ok, VmmFree(moved));
  block = in_parts();
  begin();
  EXPECT(ok, VmmFree(block));
  end();
  return ok;
}

/* Threads that wait for each other's calls on one block, for ever. */
static char *shared;

static void *change_shared(void *argument) {
  for (;;) {
    for (size_t i = 0; i < PARTS / 4; i += 64) VmmProtect(shared + i * PAGE, 1, VM_MEM_READ);
    VmmProtect(shared, PARTS / 4, RW);
    VmmAdvise(shared, PARTS / 4, VM_ADVISE_DISCARD);
  }
  return argument;
}

static void *own_blocks(void *argument) {
  for (;;) {
    char *block = take_pages(PARTS / 8);
    for (size_t i = 0; i < PARTS / 8; i += 3) block[i * PAGE] = 1;
    VmmFree(block);
  }
  return argument;
}

static void wait_for_each_other(void) {
  static void *(*const works[])(void *) = {change_shared, own_blocks, own_blocks};
  pthread_t thread;
  shared = take_pages(PARTS / 4);
  for (size_t i = 0; i < 3; i++) pthread_create(&thread, NULL, works[i], NULL);
  for (;;) {
    struct vmm_block found;
    VmmLock(shared, 500);
    VmmUnlock(shared, PARTS / 4);
    VmmQuery(0, shared, &found);
  }
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "threads") == 0) wait_for_each_other();
  if (argc == 2) {
    while (long_calls()) continue;
    return 9;
  }
  pthread_t thread;
  if (pthread_create(&thread, NULL, watch, NULL)) die("pthread_create");
  bool ok = true;
  for (int i = 0; i < 4; i++) EXPECT(ok, long_calls());
  uint64_t ticks = in_calls.ns / TICK_NS;
  printf("%u ticks in calls, woken %u times\n", (unsigned)ticks, (unsigned)in_calls.wakes);
  CHECK("Long_calls_do_what_they_are_to", ok);
  CHECK("Others_run_in_the_midst_of_long_calls", in_calls.wakes >= ticks / 3);
  bool killed = true, machine = true;
  const char *const child[] = {argv[0], "child", NULL};
  const char *const threads[] = {argv[0], "threads", NULL};
  uint32_t first = start_program(argv[0], child);
  if (!first || !ProcKill(first)) die("ProcSpawn");
  wait_for(first);
  uint64_t before = stats_now().frames_free;
  for (unsigned i = 1; i <= 12; i++) {
    uint32_t pid = start_program(argv[0], i % 2 ? child : threads);
    if (!pid) die("ProcSpawn");
    ThrSleep(19000000ull * i);
    EXPECT(killed, ProcKill(pid) && wait_for(pid).end == PROC_KILLED);
    EXPECT(machine, SysCheckMachine());
  }
  CHECK("Killed_in_the_midst_of_long_calls", killed);
  CHECK("The_machine_checks_after_each_kill", machine);
  CHECK("Everything_is_back", stats_now().frames_free + 64 >= before);
  return finish();
}
