/* editor_search.c: Ctrl-R: the newest line of before that has in it what is typed. */
#include <stdio.h>
#include <string.h>

#include "editor.h"

static void show(struct editor *e) {
  const char *line = history_back(&e->history, e->search.back);
  const char *found = line ? strstr(line, e->search.pattern) : NULL;
  if (line) text_set(&e->text, line);
  /* What is typed may begin within a character, with what combines. */
  if (found) e->text.cursor = text_before(&e->text, (size_t)(found - line) + 1);
  snprintf(e->search.prompt, sizeof e->search.prompt, "(%ssearch '%s') ",
           line || !e->search.pattern[0] ? "" : "failed ", e->search.pattern);
  view_redraw(&e->view, e->search.prompt, &e->text);
}

void search_begin(struct editor *e) {
  if (e->back == 0) e->draft = e->text;
  e->search.on = true;
  e->search.back = 0;
  e->search.pattern[0] = '\0';
  show(e);
}

static void search_from(struct editor *e, size_t back) {
  e->search.back = history_find(&e->history, back, e->search.pattern);
  show(e);
}

static void end_search(struct editor *e) {
  e->search.on = false;
  if (e->search.back) e->back = e->search.back;
  view_redraw(&e->view, e->prompt, &e->text);
}

static void give_up(struct editor *e) {
  e->search.back = e->back = 0;
  e->text = e->draft;
  end_search(e);
}

static void shorten(struct editor *e) {
  size_t length = strlen(e->search.pattern);
  while (length > 0 && ((unsigned char)e->search.pattern[length - 1] & 0xC0) == 0x80) length--;
  if (length > 0) e->search.pattern[length - 1] = '\0';
  search_from(e, 1);
}

bool search_take(struct editor *e, int key) {
  size_t length = strlen(e->search.pattern);
  switch (key) {
    case KEY_NONE:
      return true;
    case KEY_CHARACTER:
      if (length + e->keys.length >= PATTERN_BYTES) return true;
      memcpy(e->search.pattern + length, e->keys.character, e->keys.length);
      e->search.pattern[length + e->keys.length] = '\0';
      search_from(e, e->search.back);
      return true;
    case CTRL('R'):
      if (length > 0) search_from(e, e->search.back + 1);
      return true;
    case 127:
    case '\b':
      shorten(e);
      return true;
    case CTRL('G'):
      give_up(e);
      return true;
    default:
      end_search(e);
      return false;
  }
}
