/* variables.h: the shell's variables, and what of them programs get. Pure; no malloc: they lie in a
 * space of a fixed size. */
#ifndef VARIABLES_H
#define VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

enum { VARIABLES_BYTES = 32768, MOST_VARIABLES = 512 };

struct variables {
  size_t length;
  char bytes[VARIABLES_BYTES]; /* of each: how it is, then NAME=VALUE with its NUL */
};

enum scope { SHELL_ONLY = 's', EXPORTED = 'e' };

/* Takes over what programs get from the program that started the shell. False: some had no room. */
bool variables_import(struct variables *all, char *const *environment);
/* NULL where it is not set. Good until the next change. */
const char *variables_get(const struct variables *all, const char *name);
/* `assignment` is NAME=VALUE. One that is exported already stays so. False: no room. */
bool variables_set(struct variables *all, const char *assignment, enum scope scope);
/* From now on programs get it, once it is set. False: it is not set. */
bool variables_export(struct variables *all, const char *name);
void variables_unset(struct variables *all, const char *name);
/* The variable with this number, in no order, NULL after the last: NAME=VALUE. */
const char *variables_at(const struct variables *all, size_t index, enum scope *scope);
/* What a program gets: the exported ones, but as `changes` (NAME=VALUE..., NULL at the end) says.
 * Writes at most `most` pointers and a NULL to `out`. False: there are more. */
bool variables_environment(const struct variables *all, char *const *changes, const char **out,
                           size_t most);

#endif
