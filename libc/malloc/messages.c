/* messages.c: what the allocator says before it ends the program (messages.h). Nothing here may
 * allocate. */
#include "messages.h"

#include <stddef.h>
#include <string.h>

#include "heap.h"
#include "large.h"
#include "options.h"

struct line {
  char text[160];
  size_t length;
};

static void add(struct line *line, const char *text) {
  size_t length = strlen(text), left = sizeof line->text - 2 - line->length;
  if (length > left) length = left;
  memcpy(line->text + line->length, text, length);
  line->length += length;
}

static void add_number(struct line *line, uintptr_t value, unsigned base) {
  char digits[24], *p = digits + sizeof digits - 1;
  *p = 0;
  do *--p = "0123456789abcdef"[value % base];
  while (value /= base);
  if (base == 16) add(line, "0x");
  add(line, p);
}

static size_t usable_of(const void *p, unsigned class_index) {
  return class_index >= CLASS_RUN ? large_usable(p) : class_bytes[class_index];
}

/* "0x10001230, 48-byte class, allocated at 0x401234" */
static void add_block(struct line *line, const void *p, unsigned class_index) {
  add_number(line, (uintptr_t)p, 16);
  add(line, ", ");
  add_number(line, usable_of(p, class_index), 10);
  add(line, class_index >= CLASS_RUN ? " bytes of pages" : "-byte class");
  const void *caller = options_caller(p, usable_of(p, class_index));
  if (!caller) return;
  add(line, ", allocated at ");
  add_number(line, (uintptr_t)caller, 16);
}

static void end(struct line *line) __attribute__((noreturn));
static void end(struct line *line) {
  line->text[line->length++] = '\n';
  line->text[line->length] = 0;
  heap_die(line->text);
}

static bool never_handed_out(const struct object *object) {
  if (class_at((uintptr_t)object) >= CLASS_FRESH) return true;
  return object->tag == tag_of(object) && is_fresh(object);
}

/* An address in a span of that class. */
static void add_in_span(struct line *line, const void *p, unsigned class_index) {
  uint32_t offset = (uint32_t)(uintptr_t)p & class_mask[class_index];
  uint32_t inside = offset % class_bytes[class_index];
  const char *object = (const char *)p - inside;
  if (never_handed_out((const struct object *)object)) {
    add(line, " is no block: never handed out, ");
    add_number(line, class_bytes[class_index], 10);
    add(line, "-byte class");
    return;
  }
  add(line, " is no block, but lies ");
  add_number(line, inside, 10);
  add(line, " bytes into ");
  add_block(line, object, class_index);
}

void die_no_block(const char *function, const void *p) {
  struct line line = {.length = 0};
  unsigned class_index = class_at((uintptr_t)p);
  if (class_index >= CLASS_FRESH) class_index -= CLASS_FRESH;
  add(&line, function);
  add(&line, ": ");
  add_number(&line, (uintptr_t)p, 16);
  if (class_index >= CLASS_FIRST && class_index <= CLASS_LAST) add_in_span(&line, p, class_index);
  else add(&line, " is no block: not of malloc, or freed before");
  end(&line);
}

void die_freed_twice(const char *function, const void *p, unsigned class_index) {
  struct line line = {.length = 0};
  add(&line, function);
  add(&line, ": freed before: ");
  add_block(&line, p, class_index);
  end(&line);
}

void die_written_after_free(const void *p) {
  struct line line = {.length = 0};
  add(&line, "malloc: written to after it was freed: ");
  add_block(&line, p, class_at((uintptr_t)p));
  end(&line);
}

void die_written_beyond(const void *p, unsigned class_index) {
  struct line line = {.length = 0};
  add(&line, "free: written to beyond its end: ");
  add_block(&line, p, class_index);
  end(&line);
}

void die_wrong_size(const void *p, unsigned class_index) {
  struct line line = {.length = 0};
  add(&line, "free_sized: not of that size: ");
  add_block(&line, p, class_index);
  end(&line);
}
