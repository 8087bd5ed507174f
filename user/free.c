/* free.c: the machine's memory, and its swap space. */
#include "mobius.h"
#include "tool.h"

static const struct tool about = {
    "free", "[-h]",
    "Shows the memory, what of it is used, and the swap space, in pages and\n"
    "KiB; -h: in the unit that suits each.",
    "-h "};

static bool suited;

static void row(const char *name, uint64_t pages) {
  uint64_t kib = pages * 4;
  if (!suited) {
    printf("%-16s %9llu pages %9llu KiB\n", name, (unsigned long long)pages,
           (unsigned long long)kib);
  } else if (kib < 10 << 10) {
    printf("%-16s %9llu KiB\n", name, (unsigned long long)kib);
  } else {
    const char *unit = kib < 10 << 20 ? "MiB" : "GiB";
    unsigned tenths = (unsigned)(kib * 10 / (kib < 10 << 20 ? 1 << 10 : 1 << 20));
    printf("%-16s %7u.%u %s\n", name, tenths / 10, tenths % 10, unit);
  }
}

int main(int argc, char **argv) {
  struct vmm_stats stats = {0};
  tool_start(&about, argc, argv);
  suited = tool_take("-h", &argc, argv);
  tool_no_arguments(argc, argv);
  if (!VmmStats(&stats, sizeof stats)) return tool_failed("no figures");
  row("memory", stats.frames_total);
  row("used", stats.frames_total - stats.frames_free);
  row("  kernel heap", stats.frames_heap);
  row("free", stats.frames_free);
  row("  zeroed", stats.frames_zeroed);
  row("swap", stats.slots_total);
  row("swap used", stats.slots_total - stats.slots_free);
  row("swap free", stats.slots_free);
  if (stats.slots_retired) row("swap retired", stats.slots_retired);
  return 0;
}
