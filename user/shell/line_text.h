/* line_text.h: the text of a line under way and the place in it where typing goes on. Pure. Places
 * are bytes from the beginning, and always where a character begins: one with what combines with
 * it. */
#ifndef LINE_TEXT_H
#define LINE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { LINE_BYTES = 4096 };

struct line_text {
  size_t length, cursor;
  bool cut_off;           /* something had no room: the line may be edited, but must not run */
  char bytes[LINE_BYTES]; /* ends with a NUL */
};

void text_set(struct line_text *text, const char *bytes);
/* At the cursor, which goes on behind it. False, and nothing at all, where it has no room, or would
 * combine with nothing. */
bool text_insert(struct line_text *text, const char *bytes, size_t count);
/* Takes [from, to) out; the cursor is at `from` then. An empty line is not cut off. */
void text_cut(struct line_text *text, size_t from, size_t to);
/* Where the character before or behind a place begins; the place itself at either end. */
size_t text_before(const struct line_text *text, size_t place);
size_t text_after(const struct line_text *text, size_t place);
/* The same for words, with the blanks between. */
size_t text_word_before(const struct line_text *text, size_t place);
size_t text_word_after(const struct line_text *text, size_t place);

#endif
