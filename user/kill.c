/* kill.c: ends processes. */
#include "mobius.h"
#include "tool.h"

static const struct tool about = {
    "kill", "PID...",
    "Ends the processes, at once.",
    NULL};

int main(int argc, char **argv) {
  tool_start(&about, argc, argv);
  if (argc < 2) tool_misused("which process?");
  for (int i = 1; i < argc; i++) tool_number(argv[i], 1, UINT32_MAX);
  int status = 0;
  for (int i = 1; i < argc; i++) {
    if (!ProcKill((uint32_t)tool_number(argv[i], 1, UINT32_MAX))) status = tool_failed(argv[i]);
  }
  return status;
}
