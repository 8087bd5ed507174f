/* check.h: what the test programs share. Each check prints a line, `PASS name` or `FAIL name: why`,
 * and scripts/test counts it as a test of its own; finish() is the program's exit status. */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mobius.h>

#define PAGE 4096u
#define RW (VM_MEM_READ | VM_MEM_WRITE)

static int checks_failed;

static inline bool check_line(const char *name, bool good, const char *what, int line) {
  int error = errno;
  if (good) printf("PASS %s\n", name);
  else printf("FAIL %s: line %d: %s (errno %d)\n", name, line, what, error);
  checks_failed += !good;
  return good;
}

/* One named check. */
#define CHECK(name, condition) check_line(name, condition, #condition, __LINE__)

/* For loops: silent while all is well, then says the first failure. CHECK(name, ok) follows. */
#define EXPECT(ok, condition)                                                        \
  do {                                                                               \
    if (!(condition) && (ok)) {                                                      \
      printf("line %d: %s does not hold (errno %d)\n", __LINE__, #condition, errno); \
      (ok) = false;                                                                  \
    }                                                                                \
  } while (0)

static inline int finish(void) {
  fflush(stdout);
  return checks_failed ? 1 : 0;
}

static inline void die(const char *what) {
  printf("FAIL %s: errno %d\n", what, errno);
  fflush(stdout);
  exit(1);
}

static inline uint8_t page_state(const volatile void *address) {
  uint8_t state = 255;
  VmmQueryPages(0, (const void *)address, 1, &state);
  return state;
}

static inline struct vmm_stats stats_now(void) {
  static struct vmm_stats stats;
  if (!VmmStats(&stats, sizeof stats)) die("VmmStats");
  return stats;
}

static inline char *take_pages(size_t pages) {
  char *p = (char *)VmmAlloc(pages, NULL, RW);
  if (!p) die("VmmAlloc");
  return p;
}

struct raw_result {
  uint32_t value;
  uint32_t error;
};

/* A system call past libc's stubs: any number, any count of argument bytes, any address. */
static inline struct raw_result raw_call(uint32_t number, const void *arguments, uint32_t bytes) {
  struct raw_result result;
  __asm__ volatile("int $0x30"
                   : "=a"(result.value), "=c"(result.error)
                   : "a"(number), "c"(bytes), "d"(arguments)
                   : "memory");
  return result;
}

/* Starts another copy of a program with the given arguments; its pid. */
static inline uint32_t start_program(const char *path, const char *const *argv) {
  static const char *const environment[] = {NULL};
  struct proc_spawn spawn = {path, argv, environment, 0, {0, 0, 0}};
  return ProcSpawn(&spawn);
}

static inline struct proc_status wait_for(uint32_t pid) {
  struct proc_status status;
  if (!ProcWait(pid, UINT64_MAX, &status)) die("ProcWait");
  return status;
}

#endif
