/* log.c: prints the kernel's log: what it said at boot, and reports of faults. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mobius.h"

#define POLL_NS 200000000u

static const char usage[] =
    "usage: log [-f]\n"
    "Prints the kernel's log: what it said at boot, and reports of faults; as much\n"
    "as is kept.\n"
    "  -f, --follow  then waits for more, until it is ended (Ctrl-C)\n"
    "  --help        says this\n";

int main(int argc, char **argv) {
  bool follow = false;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--help") == 0) return fputs(usage, stdout) < 0;
    if (strcmp(argv[i], "-f") != 0 && strcmp(argv[i], "--follow") != 0) {
      fprintf(stderr, "log: unknown argument '%s'\n%s", argv[i], usage);
      return 2;
    }
    follow = true;
  }
  static char text[4096];
  uint64_t position = 0;
  for (;;) {
    errno = 0;
    size_t count = SysLog(&position, text, sizeof text);
    if (count == 0 && errno != 0) return fprintf(stderr, "log: cannot be read\n"), 1;
    if (fwrite(text, 1, count, stdout) != count || fflush(stdout) != 0) return 1;
    if (count == 0 && !follow) return 0;
    if (count == 0) ThrSleep(POLL_NS);
  }
}
