/* editor_tab.c: Tab: a name goes on as far as all that begin so go; twice, and they are shown. */
#include <string.h>

#include "editor.h"
#include "utf8.h"

struct listing {
  struct editor *editor;
  size_t columns, cell, at; /* names a row, of n columns each; how many are in this one */
};

static size_t columns_of(const char *name) {
  size_t columns = 0, left = strlen(name);
  while (left > 0) {
    uint32_t code;
    size_t count = utf8_take(name, left, &code);
    columns += code_columns(code);
    name += count;
    left -= count;
  }
  return columns;
}

static void show_name(void *context, const char *name, bool is_folder) {
  struct listing *l = context;
  const struct line_view *view = &l->editor->view;
  view->out(name, strlen(name));
  if (is_folder) view->out("/", 1);
  if (++l->at == l->columns) {
    l->at = 0;
    view->out("\n", 1);
    return;
  }
  for (size_t i = columns_of(name) + is_folder; i < l->cell; i++) view->out(" ", 1);
}

static void show_names(struct editor *e, const struct completion *c) {
  size_t cell = c->widest + 3, cursor = e->text.cursor;
  size_t columns = e->view.width > cell ? (e->view.width - 1) / cell : 1;
  struct listing listing = {e, columns, cell, 0};
  view_finish(&e->view, &e->text);
  completion_names(c, e->names, show_name, &listing);
  if (listing.at > 0) e->view.out("\n", 1);
  e->text.cursor = cursor;
  view_begin(&e->view, e->prompt);
  view_redraw(&e->view, e->prompt, &e->text);
}

void complete_at_cursor(struct editor *e) {
  struct completion completion;
  char rest[2 * NAME_BYTES];
  complete(&e->text, e->names, &completion);
  completion_rest(&completion, rest, sizeof rest);
  size_t from = e->text.cursor;
  bool added = rest[0] && e->text.length + strlen(rest) < LINE_BYTES &&
               text_insert(&e->text, rest, strlen(rest));
  if (added) view_update(&e->view, &e->text, from);
  if (e->tab_again && !added && completion.count > 1)
    show_names(e, &completion);
  else if (completion.count != 1)
    e->view.out("\a", 1);
  e->tab_again = completion.count > 1;
}
