/* first_malloc.c: what a process's first malloc costs it (R22), the pages of its code and that of
 * the block itself included. */
#include "check.h"

int main(void) {
  static struct vmm_stats before, after;
  VmmStats(&after, sizeof after); /* has been touched from here on, as has the call's code */
  VmmStats(&before, sizeof before);
  char *volatile p = malloc(100);
  p[0] = 1;
  VmmStats(&after, sizeof after);
  unsigned faults = (unsigned)(after.faults_minor - before.faults_minor);
  unsigned reads = (unsigned)(after.faults_major - before.faults_major);
  printf("%u faults of memory, %u pages read from the EXE\n", faults, reads);
  CHECK("R22_the_first_malloc_takes_three_faults_of_memory", p && faults <= 3);
  CHECK("R22_and_one_page_of_the_EXE_at_most", reads <= 1);
  free(p);
  return finish();
}
