/* swapon.c: uses the swap disk again that swapoff took away. */
#include <errno.h>
#include <stdio.h>

#include "mobius.h"

static const char *reason(int error) {
  switch (error) {
    case ENOENT: return "this machine has no swap disk";
    case EBUSY: return "it is in use already";
    case ETIMEDOUT: return "it has not answered and been given up";
  }
  return "not enough memory for its books";
}

int main(void) {
  if (SysSwapOn()) return 0;
  fprintf(stderr, "swapon: %s\n", reason(errno));
  return 1;
}
