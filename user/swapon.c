/* swapon.c: uses the swap disk again that swapoff took away. */
#include "mobius.h"
#include "tool.h"

static const struct tool about = {
    "swapon", "",
    "Uses the swap disk again that swapoff took away.",
    NULL};

static const char *reason(int error) {
  switch (error) {
    case EPERM: return "not permitted to this program";
    case ENOENT: return "this machine has no swap disk";
    case EBUSY: return "it is in use already";
    case ETIMEDOUT: return "it has not answered and been given up";
  }
  return "not enough memory for its books";
}

int main(int argc, char **argv) {
  tool_start(&about, argc, argv);
  tool_no_arguments(argc, argv);
  struct vmm_stats stats = {0};
  if (!SysSwapOn() || !VmmStats(&stats, sizeof stats)) {
    fprintf(stderr, "swapon: %s\n", reason(errno));
    return 1;
  }
  printf("swap is on, %llu pages\n", (unsigned long long)stats.slots_total);
  return 0;
}
