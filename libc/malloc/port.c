/* port.c: what the allocator needs of libc and the kernel (port.h). */
#include "port.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cache.h"

uintptr_t heap_random(void) {
  struct timespec now;
  uint32_t low, high;
  clock_gettime(CLOCK_REALTIME, &now);
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  uint32_t mixed = low ^ (uint32_t)now.tv_nsec * 2654435761u ^ (uint32_t)now.tv_sec * 40503u;
  return (mixed ^ mixed >> 15) * 2246822519u ^ (uint32_t)(uintptr_t)thread_self();
}

const char *heap_options_text(void) { return getenv("MALLOC_OPTIONS"); }

void heap_die(const char *line) {
  write(2, line, strlen(line));
  abort();
}

void heap_thread_started(void) { thread_self()->finish_cache = cache_finish; }
