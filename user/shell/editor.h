/* editor.h: a line edited by the bytes that a terminal sends. Pure: what the terminal is to show
 * and the names that Tab completes go through functions.
 *
 *   cursor keys, Home, End, Ctrl-A E B F; with Ctrl: by words
 *   Backspace, Delete, Ctrl-D, Ctrl-K U W   take out        Ctrl-L   a clear screen
 *   up, down, Ctrl-P N   lines of before; the line under way is there again below the newest
 *   Ctrl-R               searches them while one types; again: an older one; Ctrl-G gives up
 *   Tab                  completes a name; where it cannot, twice shows the possible ones */
#ifndef EDITOR_H
#define EDITOR_H

#include "completion.h"
#include "history.h"
#include "keys.h"
#include "line_text.h"
#include "line_view.h"

enum editor_state { EDITING, LINE_DONE, LINE_DROPPED, LINE_CUT_OFF, INPUT_ENDED };

enum { PATTERN_BYTES = 64 };

struct editor {
  struct line_view view; /* width, height and out are set by its owner */
  const struct name_source *names;
  struct line_text text;
  struct history history;
  struct keys keys;
  const char *prompt;
  size_t back;            /* how far back the line shown is; 0: the one under way */
  struct line_text draft; /* the one under way, meanwhile */
  bool tab_again;         /* the key before was a Tab that could not complete */
  struct {
    bool on;
    size_t back; /* 0: nothing found */
    char pattern[PATTERN_BYTES];
    char prompt[PATTERN_BYTES + 32];
  } search;
};

/* Shows the prompt; the line is empty. */
void editor_begin(struct editor *editor, const char *prompt);
/* The next byte. When the line is done it is in editor->text, and has become part of the history;
 * dropped: by Ctrl-C; cut off: it had no room, and must not run. */
enum editor_state editor_take(struct editor *editor, unsigned char byte);

/* editor_search.c: keys while a search is on, and its beginning. True: the key was for the search.
 */
void search_begin(struct editor *editor);
bool search_take(struct editor *editor, int key);
/* editor_tab.c */
void complete_at_cursor(struct editor *editor);

#endif
