/* arguments.c: what a program is started with: argc, argv, the environment, an aligned stack. */
#include <unistd.h>

#include "check.h"

int main(int argc, char **argv, char **envp) {
  printf("%d arguments\n", argc);
  for (int i = 0; i < argc; i++) printf("[%s]\n", argv[i]);
  CHECK("argv_ends_with_null", argv[argc] == NULL);
  CHECK("envp_is_environ", envp == environ);
  CHECK("PATH_is_set", getenv("PATH") && strcmp(getenv("PATH"), "/bin") == 0);
  CHECK("setenv_works", setenv("NEW", "value", 1) == 0 && strcmp(getenv("NEW"), "value") == 0);
  return finish();
}
