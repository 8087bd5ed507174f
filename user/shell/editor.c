/* editor.c: see editor.h. */
#include "editor.h"

#include <string.h>

static void refresh(struct editor *e, size_t from) {
  view_update(&e->view, &e->text, from);
}

static void move_to(struct editor *e, size_t cursor) {
  e->text.cursor = cursor;
  refresh(e, e->text.length);
}

static void cut(struct editor *e, size_t from, size_t to) {
  if (from == to) return;
  text_cut(&e->text, from, to);
  refresh(e, from);
}

static void insert(struct editor *e) {
  size_t at = e->text.cursor;
  if (text_insert(&e->text, e->keys.character, e->keys.length))
    refresh(e, at);
  else
    e->view.out("\a", 1);
}

/* `step` lines further back, or forth. */
static void recall(struct editor *e, size_t step) {
  size_t back = e->back + step;
  const char *line = history_back(&e->history, back);
  if (back != 0 && !line) return;
  if (e->back == 0) e->draft = e->text;
  e->back = back;
  if (line)
    text_set(&e->text, line);
  else
    e->text = e->draft;
  refresh(e, 0);
}

static void clear_screen(struct editor *e) {
  static const char clear[] = "\033[H\033[2J";
  e->view.out(clear, sizeof clear - 1);
  view_begin(&e->view, e->prompt);
  view_redraw(&e->view, e->prompt, &e->text);
}

static void take_out(struct editor *e, int key) {
  struct line_text *t = &e->text;
  switch (key) {
    case 127:
    case '\b':
      cut(e, text_before(t, t->cursor), t->cursor);
      break;
    case CTRL('D'):
    case KEY_DELETE:
      cut(e, t->cursor, text_after(t, t->cursor));
      break;
    case CTRL('K'):
      cut(e, t->cursor, t->length);
      break;
    case CTRL('U'):
      cut(e, 0, t->cursor);
      break;
    case CTRL('W'):
      cut(e, text_word_before(t, t->cursor), t->cursor);
      break;
    default:
      break;
  }
}

static void edit_by(struct editor *e, int key) {
  const struct line_text *t = &e->text;
  switch (key) {
    case KEY_CHARACTER:
      insert(e);
      break;
    case KEY_UP:
    case CTRL('P'):
      recall(e, 1);
      break;
    case KEY_DOWN:
    case CTRL('N'):
      if (e->back > 0) recall(e, (size_t)-1);
      break;
    case KEY_LEFT:
    case CTRL('B'):
      move_to(e, text_before(t, t->cursor));
      break;
    case KEY_RIGHT:
    case CTRL('F'):
      move_to(e, text_after(t, t->cursor));
      break;
    case KEY_WORD_LEFT:
      move_to(e, text_word_before(t, t->cursor));
      break;
    case KEY_WORD_RIGHT:
      move_to(e, text_word_after(t, t->cursor));
      break;
    case KEY_HOME:
    case CTRL('A'):
      move_to(e, 0);
      break;
    case KEY_END:
    case CTRL('E'):
      move_to(e, t->length);
      break;
    case CTRL('R'):
      search_begin(e);
      break;
    case CTRL('L'):
      clear_screen(e);
      break;
    case '\t':
      complete_at_cursor(e);
      break;
    default:
      take_out(e, key);
  }
  if (key != '\t') e->tab_again = false;
}

static enum editor_state finish(struct editor *e, enum editor_state how) {
  view_finish(&e->view, &e->text);
  if (how == LINE_DONE) history_add(&e->history, e->text.bytes);
  return how;
}

void editor_begin(struct editor *e, const char *prompt) {
  e->prompt = prompt;
  e->back = 0;
  e->search.on = e->tab_again = false;
  e->keys.state = PLAIN;
  text_set(&e->text, "");
  view_begin(&e->view, prompt);
  view_redraw(&e->view, prompt, &e->text);
}

enum editor_state editor_take(struct editor *e, unsigned char byte) {
  int key = keys_take(&e->keys, byte);
  if (e->search.on && search_take(e, key)) return EDITING;
  switch (key) {
    case KEY_NONE:
      return EDITING;
    case '\r':
    case '\n':
      return finish(e, e->text.cut_off ? LINE_CUT_OFF : LINE_DONE);
    case CTRL('C'):
      move_to(e, e->text.length);
      e->view.out("^C\n", 3);
      return LINE_DROPPED;
    case CTRL('D'):
      if (e->text.length > 0) break;
      return finish(e, INPUT_ENDED);
    default:
      break;
  }
  edit_by(e, key);
  return EDITING;
}
