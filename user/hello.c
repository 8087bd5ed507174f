/* hello.c: the first program: says hello, and shows that its arguments arrived. */
#include "tool.h"

static const struct tool about = {
    "hello", "[WORD...]",
    "Says hello, and shows which arguments it got, whatever they are.",
    NULL};

int main(int argc, char **argv) {
  tool_help_only(&about, argc, argv);
  printf("Hello from Mobius!\n");
  for (int i = 1; i < argc; i++) printf("argument %d: %s\n", i, argv[i]);
  return 0;
}
