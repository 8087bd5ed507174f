/* check.c: has the kernel walk every structure of the memory manager. One that is off stops the
 * machine with a panic that names it. */
#include <stdio.h>

#include "mobius.h"

int main(void) {
  if (!SysCheckMachine()) {
    fprintf(stderr, "check: not permitted to this program\n");
    return 1;
  }
  printf("the memory manager's books balance\n");
  return 0;
}
