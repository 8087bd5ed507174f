/* swapoff.c: brings back all that is on the swap disk, and uses it no more; swapon undoes it. */
#include "mobius.h"
#include "tool.h"

static const struct tool about = {
    "swapoff", "",
    "Brings back into memory all that is on the swap disk, and uses it no more.",
    NULL};

static const char *reason(int error) {
  switch (error) {
    case EPERM: return "not permitted to this program";
    case ENOENT: return "there is no swap disk in use";
    case ENOMEM: return "what is on it does not fit into memory; it stays on";
    case EBUSY: return "somebody else is doing that";
    case EIO: return "a page on it cannot be read; it stays on";
    case ETIMEDOUT: return "it does not answer; it stays on";
  }
  return "failed; it stays on";
}

int main(int argc, char **argv) {
  tool_start(&about, argc, argv);
  tool_no_arguments(argc, argv);
  if (!SysSwapOff()) {
    fprintf(stderr, "swapoff: %s\n", reason(errno));
    return 1;
  }
  printf("swap is off\n");
  return 0;
}
