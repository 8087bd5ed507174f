/* hello.c: the first program: says hello, and shows that its arguments arrived. */
#include <stdio.h>

int main(int argc, char **argv) {
  printf("Hello from Mobius!\n");
  for (int i = 1; i < argc; i++) printf("argument %d: %s\n", i, argv[i]);
  return 0;
}
