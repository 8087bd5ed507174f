/* line_view.c: see line_view.h. */
#include "line_view.h"

#include <stdio.h>
#include <string.h>

#include "utf8.h"

/* A walk over prompt and text, a character at a time. */
struct walk {
  const struct line_view *view;
  const char *bytes; /* of the prompt, then of the text */
  size_t at, length;
  struct place place; /* where the character at `at` begins */
};

static struct walk walk_of(const struct line_view *view, const char *bytes, size_t length,
                           struct place begin) {
  return (struct walk){view, bytes, 0, length, begin};
}

/* The next character; its place is walk->place as it was, or the next row's beginning (`wraps`)
 * where it is too wide. */
static size_t step(struct walk *walk, uint32_t *code, bool *wraps) {
  size_t bytes = utf8_take(walk->bytes + walk->at, walk->length - walk->at, code);
  unsigned columns = code_columns(*code), width = walk->view->width;
  *wraps = walk->place.column + columns > width;
  if (*wraps) walk->place = (struct place){walk->place.row + 1, 0};
  walk->place.column += columns;
  if (walk->place.column == width) walk->place = (struct place){walk->place.row + 1, 0};
  walk->at += bytes;
  return bytes;
}

static struct place place_of(const struct line_view *view, const char *bytes, size_t length,
                             struct place begin) {
  struct walk walk = walk_of(view, bytes, length, begin);
  uint32_t code;
  bool wraps;
  while (walk.at < walk.length) step(&walk, &code, &wraps);
  return walk.place;
}

static void put(const struct line_view *view, const char *text) {
  view->out(text, strlen(text));
}

static void put_motion(const struct line_view *view, unsigned count, char letter) {
  char sequence[24];
  if (count == 0) return;
  snprintf(sequence, sizeof sequence, "\033[%u%c", count, letter);
  put(view, sequence);
}

static bool same(struct place a, struct place b) {
  return a.row == b.row && a.column == b.column;
}

static bool is_before(struct place a, struct place b) {
  return a.row < b.row || (a.row == b.row && a.column < b.column);
}

static void move_to(struct line_view *view, struct place to) {
  if (same(view->shown, to)) return;
  if (to.row < view->shown.row)
    put_motion(view, view->shown.row - to.row, 'A');
  else
    put_motion(view, to.row - view->shown.row, 'B');
  put(view, "\r");
  put_motion(view, to.column, 'C');
  view->shown = to;
}

/* Where the rows shown end. */
static struct place behind_all(const struct line_view *view) {
  return (struct place){view->top + view->height, 0};
}

/* The last row is full, and the terminal waits at its border, where the next character would
 * scroll: that is no place. */
static void leave_border(struct line_view *view) {
  put(view, "\r");
  view->shown = (struct place){view->top + view->height - 1, 0};
}

/* Shows the bytes that are in the rows shown, the first of them at view->shown. False: the last row
 * is full, and there are more. */
static bool draw(struct line_view *view, const char *bytes, size_t length) {
  struct walk walk = walk_of(view, bytes, length, view->shown);
  uint32_t code;
  bool wraps;
  while (walk.at < walk.length) {
    const char *character = walk.bytes + walk.at;
    struct place begin = walk.place;
    size_t count = step(&walk, &code, &wraps);
    unsigned row = begin.row + wraps;
    bool combines = code_columns(code) == 0;
    if (wraps && begin.row >= view->top) put(view, " ");
    if (row < view->top || (combines && row == view->top && begin.column == 0)) continue;
    if (row >= view->top + view->height && !combines) {
      leave_border(view);
      return false;
    }
    if (code == UTF8_INVALID || code < ' ' || code == 127)
      put(view, "?");
    else
      view->out(character, count);
  }
  view->shown = walk.place;
  return true;
}

/* Behind what has been drawn since `begin`: a full row's cursor is sent on, and what was behind the
 * end goes. */
static void end_drawing(struct line_view *view, struct place begin) {
  struct place old_end = view->end, end = view->end = view->shown;
  bool full = end.column == 0 && !same(begin, end);
  if (full && end.row == view->top + view->height) return leave_border(view);
  if (full) put(view, " \r");
  if (is_before(end, old_end)) put(view, "\033[J");
}

/* The text from `from` on, which lies at view->shown. */
static void draw_text(struct line_view *view, const struct line_text *text, size_t from) {
  struct place begin = view->shown;
  if (draw(view, text->bytes + from, text->length - from))
    end_drawing(view, begin);
  else
    view->end = behind_all(view);
}

static struct place prompt_end(const struct line_view *view) {
  return place_of(view, view->prompt, strlen(view->prompt), (struct place){0, 0});
}

/* From the first row shown on. */
static void draw_all(struct line_view *view, const struct line_text *text) {
  move_to(view, (struct place){view->top, 0});
  view->end = behind_all(view);
  view->shown = (struct place){0, 0};
  bool whole =
      draw(view, view->prompt, strlen(view->prompt)) && draw(view, text->bytes, text->length);
  if (whole)
    end_drawing(view, (struct place){view->top, 0});
  else
    view->end = behind_all(view);
}

void view_begin(struct line_view *view, const char *prompt) {
  view->prompt = prompt;
  view->top = 0;
  view->shown = view->end = (struct place){0, 0};
}

/* Whether other rows have to be shown than are, for the cursor to be seen. */
static bool scrolls(struct line_view *view, struct place cursor) {
  unsigned top = view->top;
  if (cursor.row < top) top = cursor.row;
  if (cursor.row >= top + view->height) top = cursor.row - view->height + 1;
  if (top == view->top) return false;
  move_to(view, (struct place){view->top, 0});
  view->shown.row = view->top = top;
  return true;
}

void view_update(struct line_view *view, const struct line_text *text, size_t from) {
  uint32_t code;
  if (from < text->length) {
    utf8_take(text->bytes + from, text->length - from, &code);
    if (code_columns(code) == 0) from = text_before(text, from);
  }
  struct place begin = prompt_end(view);
  struct place cursor = place_of(view, text->bytes, text->cursor, begin);
  struct place changed = place_of(view, text->bytes, from, begin);
  bool draws = from < text->length || is_before(changed, view->end);
  if (scrolls(view, cursor) || (draws && changed.row < view->top)) {
    draw_all(view, text);
  } else if (draws && changed.row < view->top + view->height) {
    move_to(view, changed);
    draw_text(view, text, from);
  }
  move_to(view, cursor);
}

void view_redraw(struct line_view *view, const char *prompt, const struct line_text *text) {
  view->prompt = prompt;
  scrolls(view, place_of(view, text->bytes, text->cursor, prompt_end(view)));
  draw_all(view, text);
  move_to(view, place_of(view, text->bytes, text->cursor, prompt_end(view)));
}

void view_finish(struct line_view *view, struct line_text *text) {
  text->cursor = text->length;
  view_update(view, text, text->length);
  if (view->shown.column > 0 || view->shown.row == 0) put(view, "\n");
}
