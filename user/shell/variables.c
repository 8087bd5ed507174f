/* variables.c: see variables.h. */
#include "variables.h"

#include <string.h>

static size_t name_bytes(const char *assignment) {
  return strcspn(assignment, "=");
}

/* Where the variable begins in bytes[]; all->length where it is not set. */
static size_t place_of(const struct variables *all, const char *name, size_t length) {
  size_t at = 0;
  while (at < all->length) {
    const char *text = all->bytes + at + 1;
    if (name_bytes(text) == length && memcmp(text, name, length) == 0) return at;
    at += 1 + strlen(text) + 1;
  }
  return at;
}

static void take_out(struct variables *all, size_t at) {
  if (at == all->length) return;
  size_t end = at + 1 + strlen(all->bytes + at + 1) + 1;
  memmove(all->bytes + at, all->bytes + end, all->length - end);
  all->length -= end - at;
}

const char *variables_get(const struct variables *all, const char *name) {
  size_t length = strlen(name), at = place_of(all, name, length);
  return at < all->length ? all->bytes + at + 1 + length + 1 : NULL;
}

bool variables_set(struct variables *all, const char *assignment, enum scope scope) {
  size_t at = place_of(all, assignment, name_bytes(assignment));
  size_t bytes = 1 + strlen(assignment) + 1, before = 0;
  if (at < all->length) {
    before = 1 + strlen(all->bytes + at + 1) + 1;
    if (all->bytes[at] == EXPORTED) scope = EXPORTED;
  }
  if (all->length - before + bytes > VARIABLES_BYTES) return false;
  take_out(all, at);
  all->bytes[all->length] = (char)scope;
  memcpy(all->bytes + all->length + 1, assignment, bytes - 1);
  all->length += bytes;
  return true;
}

bool variables_export(struct variables *all, const char *name) {
  size_t at = place_of(all, name, strlen(name));
  if (at == all->length) return false;
  all->bytes[at] = EXPORTED;
  return true;
}

void variables_unset(struct variables *all, const char *name) {
  take_out(all, place_of(all, name, strlen(name)));
}

const char *variables_at(const struct variables *all, size_t index, enum scope *scope) {
  size_t at = 0;
  for (; at < all->length && index > 0; index--) at += 1 + strlen(all->bytes + at + 1) + 1;
  if (at == all->length) return NULL;
  *scope = (enum scope)all->bytes[at];
  return all->bytes + at + 1;
}

bool variables_import(struct variables *all, char *const *environment) {
  bool whole = true;
  for (; environment && *environment; environment++) {
    if (!strchr(*environment, '=')) continue;
    whole &= variables_set(all, *environment, EXPORTED);
  }
  return whole;
}

static bool is_changed(const char *variable, char *const *changes) {
  size_t length = name_bytes(variable);
  for (; *changes; changes++) {
    if (name_bytes(*changes) == length && memcmp(*changes, variable, length) == 0) return true;
  }
  return false;
}

bool variables_environment(const struct variables *all, char *const *changes, const char **out,
                           size_t most) {
  size_t count = 0;
  bool whole = true;
  for (size_t at = 0; at < all->length;) {
    const char *text = all->bytes + at + 1;
    bool wanted = all->bytes[at] == EXPORTED && !is_changed(text, changes);
    if (wanted && count < most)
      out[count++] = text;
    else
      whole &= !wanted;
    at += 1 + strlen(text) + 1;
  }
  for (; *changes; changes++) {
    if (is_changed(*changes, changes + 1)) continue; /* a later one says otherwise */
    if (count < most)
      out[count++] = *changes;
    else
      whole = false;
  }
  out[count] = NULL;
  return whole;
}
