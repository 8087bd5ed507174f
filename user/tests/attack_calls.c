/* attack_calls.c: sequences of random system calls, by int 0x30 and SYSENTER, three at a time in
 * the threads of a child: any number, any count of argument bytes, pointers of every class,
 * handles, processes. Nobody else notices.  attack_calls [SEQUENCES [SEED]] */
#include <pthread.h>

#include "attacks.h"
#include "features.h"
#include "sysenter.h"

#define THREADS 3
#define CALLS 30
#define CHILD_NS 40000000ull
#define BOUND_NS 1000000000ull
#define BLOCK_PAGES 8

static const struct {
  uint32_t number, bytes;
} calls[] = {
#define SYSCALL(number, name, bytes, result) {number, bytes},
#include "syscalls.def"
#undef SYSCALL
};
#define CALL_COUNT (sizeof calls / sizeof *calls)

uint64_t call_by_sysenter(uint32_t number, const void *arguments, uint32_t bytes);
__asm__(
    ".globl _call_by_sysenter\n"
    "_call_by_sysenter: movl 4(%esp), %eax; movl 8(%esp), %edx; movl 12(%esp), %ecx\n"
    MOBIUS_SYSENTER "movl %ecx, %edx; ret\n");

static const char *self;
static const char constant[64] = "/bin/hello.exe";
static uint8_t *block, *read_only, *no_access, *reserved, *freed;
static bool sysenter;

/* Each thread has a sequence of its own, in any order of running. */
static uint32_t next(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

/* A program to start, at a place that stays as it is; the path is this program's. */
static struct proc_spawn *spawnable(void) {
  static const char *argv[] = {NULL, "exit", NULL}, *const environment[] = {NULL};
  static struct proc_spawn spawn;
  argv[0] = self;
  spawn = (struct proc_spawn){self, argv, environment, 0,
                              {PROC_NO_FILE, PROC_NO_FILE, PROC_NO_FILE}};
  return &spawn;
}

static uint32_t word(uint32_t *state) {
  const uint32_t random = next(state), part = next(state) % (BLOCK_PAGES * PAGE);
  switch (next(state) % 20) {
    case 0: return 0;
    case 1: return random % 0x1000;
    case 2: return 0x80000000 + random % 0x400000;
    case 3: return 0xFFFFFFFF - random % 0x2000;
    case 4: return (uint32_t)(uintptr_t)read_only + part % PAGE;
    case 5: return (uint32_t)(uintptr_t)no_access + part % PAGE;
    case 6: return (uint32_t)(uintptr_t)reserved + part;
    case 7: return (uint32_t)(uintptr_t)freed + part;
    case 8: return (uint32_t)(uintptr_t)constant + part % 64;
    case 9: return (uint32_t)(uintptr_t)block + BLOCK_PAGES * PAGE - random % 64;
    case 10: return (uint32_t)(uintptr_t)&state - random % 0x4000;
    case 11: return (uint32_t)(uintptr_t)self;
    case 12: return (uint32_t)(uintptr_t)spawnable();
    case 13: return random;
    case 14: return 1u << random % 32;
    case 15: return (uint32_t)(uintptr_t)block + part / PAGE * PAGE;
    case 16: return (uint32_t)(uintptr_t)block;
    default: return random % 20;
  }
}

static void one_call(uint32_t *state) {
  const uint32_t which = next(state) % CALL_COUNT;
  uint32_t words[8], number = calls[which].number, bytes = calls[which].bytes;
  const void *arguments = words;
  if (next(state) % 8 == 0) number = next(state) % 2 ? next(state) : next(state) % 0x700;
  for (int i = 0; i < 8; i++) words[i] = word(state);
  if (next(state) % 8 == 0) bytes = next(state) % 4 ? next(state) % 40 : next(state);
  if (next(state) % 8 == 0) arguments = (const void *)(uintptr_t)word(state);
  if (sysenter && next(state) % 2) call_by_sysenter(number, arguments, bytes);
  else raw_call(number, arguments, bytes);
}

static volatile uint32_t done;

static void *sequence(void *seed) {
  uint32_t state = ((uint32_t)(uintptr_t)seed + 1) * 2654435761u | 1;
  for (int i = 0; i < CALLS; i++) one_call(&state);
  __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
  return NULL;
}

/* Threads of which some sleep for ever; the process ends with those that are still at it. */
static int child(uint32_t seed) {
  sysenter = cpu_features() & CPU_SEP;
  block = (uint8_t *)take_pages(BLOCK_PAGES);
  read_only = VmmAlloc(1, NULL, VM_MEM_READ), no_access = VmmAlloc(1, NULL, 0);
  reserved = VmmReserveArea(BLOCK_PAGES, NULL), freed = VmmAlloc(BLOCK_PAGES, NULL, RW);
  freed[0] = 1;
  VmmFree(freed);
  for (uint32_t i = 0; i < THREADS; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, sequence, (void *)(uintptr_t)(seed + i))) return 1;
  }
  for (uint64_t end = clock_ns() + CHILD_NS; done < THREADS && clock_ns() < end;) {
    ThrSleep(1000000);
  }
  return 0;
}

int main(int argc, char **argv) {
  self = argv[0];
  if (argc == 2 && strcmp(argv[1], "exit") == 0) return 0;
  if (argc == 3 && strcmp(argv[1], "child") == 0) return child((uint32_t)atoi(argv[2]));
  struct attack attack = attack_of(argv, argc);
  end_within(start_numbered(self, "child", attack.seed), BOUND_NS);
  struct holdings before = holdings_now();
  for (uint32_t i = 0; i < attack.count; i += THREADS) {
    uint32_t pid = start_numbered(self, "child", attack.seed + i);
    ends[end_within(pid, BOUND_NS).end]++;
  }
  show_ends();
  check_all_back(before);
  return finish();
}
