/* kill.c: ends processes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "mobius.h"

int main(int argc, char **argv) {
  int status = argc < 2 ? 2 : 0;
  if (argc < 2) fprintf(stderr, "usage: kill PID...\n");
  for (int i = 1; i < argc; i++) {
    char *end;
    unsigned long pid = strtoul(argv[i], &end, 10);
    errno = ESRCH;
    if (*end || !pid || !ProcKill((uint32_t)pid)) {
      fprintf(stderr, "kill: %s: %s\n", argv[i],
              errno == EPERM ? "not permitted" : "no such process");
      status = 1;
    }
  }
  return status;
}
