/* uptime.c: how long the machine has run, and how much of that it had nothing to do. */
#include "mobius.h"
#include "tool.h"

static const struct tool about = {
    "uptime", "",
    "Tells how long the machine has run, and the share of that time in which\n"
    "the processor had nothing to do.",
    NULL};

int main(int argc, char **argv) {
  struct sys_time now = {0, 0}, idle = {0, 0};
  tool_start(&about, argc, argv);
  tool_no_arguments(argc, argv);
  if (!SysClock(SYS_CLOCK_MONOTONIC, &now) || !SysClock(SYS_CLOCK_IDLE, &idle)) {
    return tool_failed("no clock");
  }
  uint64_t ms = now.ns / 1000000, s = ms / 1000;
  printf("up ");
  if (s >= 86400) printf("%llu d ", (unsigned long long)(s / 86400));
  printf("%02u:%02u:%02u.%03u, idle %u %%\n", (unsigned)(s / 3600 % 24), (unsigned)(s / 60 % 60),
         (unsigned)(s % 60), (unsigned)(ms % 1000),
         now.ns ? (unsigned)(idle.ns / (now.ns / 100 + 1)) : 0);
  return 0;
}
