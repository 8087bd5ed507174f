/* attacks.h: what the attack programs share: random words that the seed decides, children that end
 * within a bound, and what the machine holds before and after. */
#ifndef ATTACKS_H
#define ATTACKS_H

#include "check.h"

static uint32_t random_state = 1;

static inline void seed_random(uint32_t seed) {
  random_state = (seed + 1) * 2654435761u | 1;
}

static inline uint32_t random_word(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static inline uint32_t random_below(uint32_t limit) { return random_word() % limit; }

static inline uint64_t clock_ns(void) {
  struct sys_time time;
  SysClock(SYS_CLOCK_MONOTONIC, &time);
  return time.ns;
}

/* Another copy of the program, or any other one, without a console; 0 where none can start. */
static inline uint32_t start_quiet(const char *path, const char *first, const char *second) {
  static const char *const environment[] = {NULL};
  const char *const argv[] = {path, first, second, NULL};
  struct proc_spawn spawn = {path, argv, environment, 0,
                             {PROC_NO_FILE, PROC_NO_FILE, PROC_NO_FILE}};
  return ProcSpawn(&spawn);
}

/* As its own argument: a number. */
static inline uint32_t start_numbered(const char *path, const char *first, uint32_t number) {
  char text[12];
  sniprintf(text, sizeof text, "%u", (unsigned)number);
  uint32_t pid = start_quiet(path, first, text);
  if (!pid) die("ProcSpawn");
  return pid;
}

/* The end of a child; it is killed where it has not come within `ns`. */
static inline struct proc_status end_within(uint32_t pid, uint64_t ns) {
  struct proc_status status;
  if (ProcWait(pid, ns, &status)) return status;
  ProcKill(pid);
  return wait_for(pid);
}

struct holdings {
  uint64_t frames, slots;
  size_t processes;
};

/* Frames that are free, and those that this process itself has by now. */
static inline struct holdings holdings_now(void) {
  static struct proc_info processes[64];
  struct vmm_stats stats = stats_now();
  struct holdings now = {stats.frames_free, stats.slots_free, ProcList(processes, 64)};
  for (size_t i = 0; i < now.processes && i < 64; i++) {
    if (processes[i].pid != ProcSelf()) continue;
    now.frames += processes[i].pages_committed + processes[i].table_frames;
  }
  return now;
}

/* The kernel's heap keeps a frame for each size of object of which there has been one. */
#define HEAP_SIZES 22

/* A frame stands for a kernel stack, too, and for what the kernel's heap has grown by. The last
 * ones to end are still being taken apart when they have been waited for. */
static inline void check_all_back(struct holdings before) {
  struct holdings after = holdings_now();
  for (int i = 0; i < 300; i++) {
    if (after.frames + HEAP_SIZES >= before.frames && after.slots >= before.slots &&
        after.processes <= before.processes) break;
    ThrSleep(10000000);
    after = holdings_now();
  }
  printf("frames %llu, then %llu; slots %llu, then %llu; processes %u, then %u\n",
         (unsigned long long)before.frames, (unsigned long long)after.frames,
         (unsigned long long)before.slots, (unsigned long long)after.slots,
         (unsigned)before.processes, (unsigned)after.processes);
  CHECK("every_frame_is_back", after.frames + HEAP_SIZES >= before.frames);
  CHECK("every_slot_is_back", after.slots >= before.slots);
  CHECK("no_process_is_left", after.processes <= before.processes);
  CHECK("the_books_balance", SysCheckMachine());
}

/* How often, and the seed: the program's arguments. */
struct attack {
  uint32_t count, seed;
};

static inline struct attack attack_of(char **argv, int argc) {
  struct attack attack = {argc > 1 ? (uint32_t)atoi(argv[1]) : 1000,
                          argc > 2 ? (uint32_t)atoi(argv[2]) : 1};
  printf("%u times, seed %u\n", (unsigned)attack.count, (unsigned)attack.seed);
  fflush(stdout);
  return attack;
}

/* How the children of an attack have ended, by enum proc_end; 0: could not be started. */
static uint32_t ends[5];

static inline void show_ends(void) {
  printf("refused %u, exited %u, faulted %u, out of memory %u, killed %u\n", (unsigned)ends[0],
         (unsigned)ends[PROC_EXITED], (unsigned)ends[PROC_FAULTED],
         (unsigned)ends[PROC_OUT_OF_MEMORY], (unsigned)ends[PROC_KILLED]);
}

#endif
