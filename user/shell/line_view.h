/* line_view.h: shows a prompt and a line on a terminal that wraps: as many rows as that takes, or
 * those around the cursor where it takes more than the terminal has. Pure: what the terminal gets
 * is handed to a function. Uses \r, ESC [ A B C J and what terminals do at the right border: wrap
 * before the next character, not after the last. */
#ifndef LINE_VIEW_H
#define LINE_VIEW_H

#include <stdbool.h>

#include "line_text.h"

struct place {
  unsigned row, column; /* of the whole text, the prompt included; a row may begin behind its end */
};

struct line_view {
  unsigned width, height; /* of the terminal */
  void (*out)(const char *bytes, size_t count);
  const char *prompt;
  unsigned top;       /* the first row shown */
  struct place shown; /* where the terminal's cursor is */
  struct place end;   /* and what has been drawn ends */
};

/* At the beginning of an empty row. */
void view_begin(struct line_view *view, const char *prompt);
/* The text has changed from the byte `from` on, or only its cursor has moved (`from`: its
 * length).*/
void view_update(struct line_view *view, const struct line_text *text, size_t from);
/* Everything again, with a prompt that may be another. */
void view_redraw(struct line_view *view, const char *prompt, const struct line_text *text);
/* The cursor goes to the beginning of the row behind the text. */
void view_finish(struct line_view *view, struct line_text *text);

#endif
