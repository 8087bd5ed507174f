/* options.c: the environment's MALLOC_OPTIONS (options.h). */
#include "options.h"

#include <string.h>

#include "heap.h"

enum { NEW_JUNK = 0xA5, FREED_JUNK = 0x5A, CANARY = 0xC7 };

/* At the end of the block. What lies between it and what was asked for is canary. */
struct trailer {
  const void *caller;
  uintptr_t bytes; /* encoded: not to be guessed, and nonsense where either was written to */
};

HEAP_STATE unsigned heap_options;

HEAP_FIRST void options_start(void) {
  const char *text = heap_options_text();
  for (; text && *text; text++) {
    switch (*text) {
      case 'C': heap_options |= OPTION_CANARY; break;
      case 'D': heap_options |= OPTION_DEBUG; break;
      case 'G': heap_options |= OPTION_GUARD; break;
      case 'J': heap_options |= OPTION_JUNK; break;
      default: break; /* another allocator's letter */
    }
  }
}

static bool has_trailer(void) { return heap_options & (OPTION_CANARY | OPTION_DEBUG); }

static struct trailer *trailer_of(const void *p, size_t usable) {
  return (struct trailer *)((char *)p + usable) - 1;
}

static uintptr_t code_of(const void *p, const struct trailer *trailer) {
  return tag_of(p) ^ (uintptr_t)trailer->caller * 0x9E3779B1u;
}

/* A freed object's first bytes must not reach the trailer. */
HEAP_FIRST size_t options_extra(void) {
  return has_trailer() ? sizeof(struct trailer) + sizeof(struct object) : 0;
}

size_t options_bytes(const void *p, size_t usable) {
  if (!has_trailer()) return usable;
  const struct trailer *trailer = trailer_of(p, usable);
  return trailer->bytes ^ code_of(p, trailer);
}

const void *options_caller(const void *p, size_t usable) {
  return has_trailer() && usable ? trailer_of(p, usable)->caller : NULL;
}

void options_taken(void *p, size_t bytes, size_t usable, const void *caller) {
  if (heap_options & OPTION_JUNK) memset(p, NEW_JUNK, bytes);
  if (!has_trailer()) return;
  struct trailer *trailer = trailer_of(p, usable);
  trailer->caller = caller;
  trailer->bytes = bytes ^ code_of(p, trailer);
  if (heap_options & OPTION_CANARY) {
    memset((char *)p + bytes, CANARY, (size_t)((char *)trailer - (char *)p) - bytes);
  }
}

static bool all_are(const void *p, size_t from, size_t to, unsigned char what) {
  for (size_t i = from; i < to; i++) {
    if (((const unsigned char *)p)[i] != what) return false;
  }
  return true;
}

void options_given(void *p, size_t usable, unsigned class_index) {
  size_t first = sizeof(struct object);
  size_t end = has_trailer() ? usable - sizeof(struct trailer) : usable;
  if (heap_options & OPTION_CANARY) {
    size_t bytes = options_bytes(p, usable);
    if (bytes > end || !all_are(p, bytes > first ? bytes : first, end, CANARY)) {
      die_written_beyond(p, class_index);
    }
  }
  if (heap_options & OPTION_JUNK) memset((char *)p + first, FREED_JUNK, end - first);
}

void options_check_junk(const void *p, size_t usable) {
  size_t end = has_trailer() ? usable - sizeof(struct trailer) : usable;
  bool intact = !(heap_options & OPTION_JUNK) || all_are(p, sizeof(struct object), end, FREED_JUNK);
  if (!intact) die_written_after_free(p);
}
