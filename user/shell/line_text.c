/* line_text.c: see line_text.h. */
#include "line_text.h"

#include <string.h>

#include "utf8.h"

void text_set(struct line_text *text, const char *bytes) {
  text->length = text->cursor = 0;
  text->cut_off = false;
  text->bytes[0] = '\0';
  text_insert(text, bytes, strlen(bytes));
}

bool text_insert(struct line_text *text, const char *bytes, size_t count) {
  uint32_t first;
  if (count == 0) return true;
  utf8_take(bytes, count, &first);
  if (text->cursor == 0 && code_columns(first) == 0) return false; /* with what? */
  if (text->length + count >= LINE_BYTES) {
    text->cut_off = true;
    return false;
  }
  char *at = text->bytes + text->cursor;
  memmove(at + count, at, text->length - text->cursor + 1);
  memcpy(at, bytes, count);
  text->length += count;
  text->cursor += count;
  return true;
}

void text_cut(struct line_text *text, size_t from, size_t to) {
  memmove(text->bytes + from, text->bytes + to, text->length - to + 1);
  text->length -= to - from;
  text->cursor = from;
  if (text->length == 0) text->cut_off = false;
}

static size_t one_after(const struct line_text *text, size_t place, unsigned *columns) {
  uint32_t code;
  size_t length = utf8_take(text->bytes + place, text->length - place, &code);
  *columns = code_columns(code);
  return place + length;
}

size_t text_after(const struct line_text *text, size_t place) {
  unsigned columns;
  if (place >= text->length) return text->length;
  size_t end = one_after(text, place, &columns);
  while (end < text->length) {
    size_t next = one_after(text, end, &columns);
    if (columns > 0) break;
    end = next;
  }
  return end;
}

/* Characters are as they are from the beginning on: there is no telling from behind. */
size_t text_before(const struct line_text *text, size_t place) {
  size_t before = 0;
  for (size_t at = 0; at < place; at = text_after(text, at)) before = at;
  return before;
}

static bool is_blank(const struct line_text *text, size_t place) {
  return text->bytes[place] == ' ' && text_after(text, place) == place + 1;
}

size_t text_word_before(const struct line_text *text, size_t place) {
  bool in_word = false;
  while (place > 0) {
    size_t before = text_before(text, place);
    if (in_word && is_blank(text, before)) break;
    in_word |= !is_blank(text, before);
    place = before;
  }
  return place;
}

size_t text_word_after(const struct line_text *text, size_t place) {
  while (place < text->length && is_blank(text, place)) place++;
  while (place < text->length && !is_blank(text, place)) place = text_after(text, place);
  return place;
}
