/* check.c: has the kernel walk every structure of the memory manager. One that is off stops the
 * machine with a panic that names it. */
#include "mobius.h"
#include "tool.h"

static const struct tool about = {
    "check", "",
    "Has the kernel check every structure of the memory manager.\n"
    "The machine stops where one is off.",
    NULL};

int main(int argc, char **argv) {
  tool_start(&about, argc, argv);
  tool_no_arguments(argc, argv);
  if (!SysCheckMachine()) return tool_failed("cannot check");
  printf("the memory manager's books balance\n");
  return 0;
}
