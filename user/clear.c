/* clear.c: an empty screen. */
#include "tool.h"

static const struct tool about = {"clear", "",
                                  "Empties the screen; what is shown next is at its top.", NULL};

int main(int argc, char **argv) {
  tool_start(&about, argc, argv);
  tool_no_arguments(argc, argv);
  fputs("\033[H\033[2J", stdout);
  return fflush(stdout) == 0 ? 0 : 1;
}
