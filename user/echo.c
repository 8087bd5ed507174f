/* echo.c: prints its arguments; -n: without the line end. */
#include "tool.h"

static const struct tool about = {
    "echo", "[-n] [WORD...]",
    "Prints the words; -n: without the line end. Every other word is printed,\n"
    "one that begins with - too.",
    NULL};

int main(int argc, char **argv) {
  tool_help_only(&about, argc, argv);
  int first = argc > 1 && strcmp(argv[1], "-n") == 0 ? 2 : 1;
  for (int i = first; i < argc; i++) printf(i > first ? " %s" : "%s", argv[i]);
  if (first == 1) printf("\n");
  return 0;
}
