/* port.c: what the allocator needs of libc and the kernel (port.h). */
#include "port.h"

#include <string.h>
#include <unistd.h>

#include "heap.h"
#include "mobius.h"

extern char **environ;

HEAP_FIRST uintptr_t heap_random(void) {
  struct sys_time now = {0};
  uint32_t low, high;
  SysClock(SYS_CLOCK_REALTIME, &now);
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  uint32_t mixed = low ^ (uint32_t)now.ns * 2654435761u ^ (uint32_t)(now.ns >> 32) * 40503u;
  return (mixed ^ mixed >> 15) * 2246822519u ^ (uint32_t)(uintptr_t)thread_self();
}

/* By hand: getenv is on another page, and takes a lock. */
HEAP_FIRST const char *heap_options_text(void) {
  static const char name[] = "MALLOC_OPTIONS=";
  for (char **entry = environ; entry && *entry; entry++) {
    size_t i = 0;
    while (name[i] && (*entry)[i] == name[i]) i++;
    if (!name[i]) return *entry + i;
  }
  return NULL;
}

/* A fault: the kernel's report says who called. */
void heap_die(const char *line) {
  write(2, line, strlen(line));
  __builtin_trap();
}

HEAP_FIRST void heap_thread_started(void) { thread_self()->finish_cache = cache_finish; }
