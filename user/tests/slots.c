/* slots.c: takes all kernel stacks (S1): children until no more can be started, each with as many
 * threads as it can get, all asleep; what is given back is taken again, until they are killed. */
#include "check.h"

static void sleep_for_ever(void *argument) {
  (void)argument;
  for (;;) ThrSleep(1000000000000ull);
}

static void take_threads_for_ever(void) {
  for (;;) {
    while (ThrCreate(sleep_for_ever, NULL, 0, NULL)) {
    }
    ThrSleep(10000000);
  }
}

int main(int argc, char **argv) {
  const char *const child[] = {argv[0], "child", NULL};
  if (argc > 1) take_threads_for_ever();
  uint32_t children = 0;
  while (start_program(argv[0], child)) children++;
  int error = errno;
  printf("slots: %u children, errno %d\n", (unsigned)children, error);
  fflush(stdout);
  take_threads_for_ever();
}
