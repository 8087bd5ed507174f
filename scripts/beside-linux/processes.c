/* processes.c: system calls, switches, messages and copy-on-write between processes: on Linux. */
#define _GNU_SOURCE
#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "measure.h"

static void null_calls(void) {
  struct rounds rounds = {.count = 0};
  void *volatile kernel_entry = (void *)getauxval(AT_SYSINFO); /* the vDSO's __kernel_vsyscall */
  for (int r = 0; r < kRounds; r++) {
    start();
    for (int i = 0; i < 20000; i++) {
      uint32_t eax = SYS_getppid;
      __asm__ volatile("int $0x80" : "+a"(eax) : : "memory");
    }
    stop(&rounds, 20000);
  }
  report("null_syscall_int", &rounds);
  const unsigned char *code = kernel_entry;
  int sysenter = 0;
  for (int k = 0; code && k < 16; k++) sysenter |= code[k] == 0x0f && code[k + 1] == 0x34;
  if (!sysenter) die("the vDSO does not use SYSENTER");
  for (int r = 0; r < kRounds; r++) {
    start();
    for (int i = 0; i < 20000; i++) {
      uint32_t eax = SYS_getppid;
      __asm__ volatile("call *%1" : "+a"(eax) : "m"(kernel_entry) : "memory");
    }
    stop(&rounds, 20000);
  }
  report("null_syscall_sysenter", &rounds);
}

static void messages(void) {
  struct rounds rounds = {.count = 0};
  int there[2], back[2];
  char byte = 0;
  if (pipe(there) || pipe(back)) die("pipe");
  pid_t child = fork();
  if (child == 0) {
    close(there[1]);
    close(back[0]);
    while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1) {}
    _exit(0);
  }
  close(there[0]);
  close(back[1]);
  for (int r = 0; r < kRounds; r++) {
    start();
    for (int i = 0; i < 4000; i++)
      if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) die("pipe");
    stop(&rounds, 4000);
  }
  close(there[1]);
  close(back[0]);
  waitpid(child, NULL, 0);
  report("message_round_trip", &rounds);
}

static void yields(void) {
  struct rounds rounds = {.count = 0};
  volatile int *stop_flag =
      mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t child = fork();
  if (child == 0) {
    while (!*stop_flag) sched_yield();
    _exit(0);
  }
  for (int i = 0; i < 100; i++) sched_yield();
  for (int r = 0; r < kRounds; r++) {
    long switches = context_switches();
    uint64_t before = rdtsc();
    for (int i = 0; i < 10000; i++) sched_yield();
    uint64_t ticks = rdtsc() - before;
    rounds.mean[rounds.count++] = ticks / (double)(context_switches() - switches);
  }
  *stop_flag = 1;
  waitpid(child, NULL, 0);
  report("yield_switch", &rounds);
}

static void copy_on_write(void) {
  enum { kBytes = 8 << 20 };
  struct rounds rounds = {.count = 0};
  volatile char *block = mmap(NULL, kBytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  madvise((void *)block, kBytes, MADV_NOHUGEPAGE);
  for (size_t i = 0; i < kBytes; i += kPage) block[i] = 1;
  for (int r = 0; r < kRounds; r++) {
    pid_t child = fork();
    if (child == 0) {
      pause();
      _exit(0);
    }
    start();
    for (size_t i = 0; i < kBytes; i += kPage) block[i] = 2;
    stop(&rounds, kBytes / kPage);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
  }
  report("cow_fault", &rounds);
}

void measure_processes(void) {
  null_calls();
  yields();
  messages();
  copy_on_write();
}
