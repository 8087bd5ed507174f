/* free.c: the machine's memory, and its swap space. */
#include <stdio.h>

#include "mobius.h"

static void row(const char *name, uint64_t pages) {
  printf("%-16s %9llu pages %9llu KiB\n", name, (unsigned long long)pages,
         (unsigned long long)pages * 4);
}

int main(void) {
  struct vmm_stats stats = {0};
  if (!VmmStats(&stats, sizeof stats)) {
    perror("free");
    return 1;
  }
  row("memory", stats.frames_total);
  row("used", stats.frames_total - stats.frames_free);
  row("free", stats.frames_free);
  row("  zeroed", stats.frames_zeroed);
  row("swap", stats.slots_total);
  row("swap used", stats.slots_total - stats.slots_free);
  row("swap free", stats.slots_free);
  if (stats.slots_retired) row("swap retired", stats.slots_retired);
  return 0;
}
