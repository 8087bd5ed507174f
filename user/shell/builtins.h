/* builtins.h: the commands that the shell runs itself: those that change it, or that only it can do
 * (`time`: Ctrl-C ends what is measured). */
#ifndef BUILTINS_H
#define BUILTINS_H

#include <stdbool.h>
#include <stddef.h>

/* False where words[0] is none. */
bool run_builtin(char **words, int *status);
/* NULL after the last. */
const char *builtin_name(size_t index);

#endif
