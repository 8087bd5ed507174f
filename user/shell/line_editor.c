/* line_editor.c: a line edited on the console: cursor keys, Home, End, Delete, Ctrl-A E K U W L C
 * D, and the lines of before with the cursor keys up and down. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mobius.h"
#include "shell.h"

#define HISTORY 32
#define CTRL(letter) ((letter) & 31)

enum key { KEY_UP = 256, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END, KEY_DELETE, KEY_NONE,
           KEY_EOF };

static char history[HISTORY][LINE_BYTES];
static size_t history_count; /* lines ever; the last HISTORY of them are kept */

static struct {
  char *text;
  size_t length, cursor;
  const char *prompt;
} line;

static void show(const char *text, size_t length) {
  while (length > 0) {
    ssize_t count = write(1, text, length);
    if (count <= 0) return;
    text += count;
    length -= (size_t)count;
  }
}

static void redraw(void) {
  char back[24];
  show("\r", 1);
  show(line.prompt, strlen(line.prompt));
  show(line.text, line.length);
  show("\033[K", 3);
  size_t behind = line.length - line.cursor;
  if (behind > 0) show(back, (size_t)sniprintf(back, sizeof back, "\033[%uD", (unsigned)behind));
}

static int read_byte(void) {
  unsigned char byte;
  return read(0, &byte, 1) == 1 ? byte : KEY_EOF;
}

/* ESC [ A, ESC O A, ESC [ 3 ~ and the like. */
static int read_escape(void) {
  int kind = read_byte();
  if (kind != '[' && kind != 'O') return kind == KEY_EOF ? KEY_EOF : KEY_NONE;
  int number = 0, letter = read_byte();
  while ((letter >= '0' && letter <= '9') || letter == ';') {
    number = letter == ';' ? 0 : number * 10 + letter - '0';
    letter = read_byte();
  }
  switch (letter) {
    case 'A': return KEY_UP;
    case 'B': return KEY_DOWN;
    case 'C': return KEY_RIGHT;
    case 'D': return KEY_LEFT;
    case 'H': return KEY_HOME;
    case 'F': return KEY_END;
    case '~':
      return number == 3 ? KEY_DELETE : number == 1 || number == 7 ? KEY_HOME
                         : number == 4 || number == 8              ? KEY_END
                                                                   : KEY_NONE;
    default: return letter == KEY_EOF ? KEY_EOF : KEY_NONE;
  }
}

static void cut(size_t from, size_t to) {
  memmove(line.text + from, line.text + to, line.length - to);
  line.length -= to - from;
  line.cursor = from;
  redraw();
}

static void insert(int byte) {
  if (line.length + 1 >= LINE_BYTES || byte < ' ') return;
  memmove(line.text + line.cursor + 1, line.text + line.cursor, line.length - line.cursor);
  line.text[line.cursor++] = (char)byte;
  line.length++;
  if (line.cursor == line.length) show(&line.text[line.cursor - 1], 1);
  else redraw();
}

static void move_to(size_t cursor) {
  line.cursor = cursor;
  redraw();
}

static void replace_by(const char *text) {
  strcpy(line.text, text);
  line.length = line.cursor = strlen(text);
  redraw();
}

const char *history_line(size_t index) {
  size_t kept = history_count < HISTORY ? history_count : HISTORY;
  return index < kept ? history[(history_count - kept + index) % HISTORY] : NULL;
}

static void remember(const char *text) {
  const char *newest = history_count ? history[(history_count - 1) % HISTORY] : "";
  if (text[0] && strcmp(text, newest) != 0) strcpy(history[history_count++ % HISTORY], text);
}

/* `back`: how many lines before the one being typed is shown. */
static void recall(size_t *back, int step) {
  size_t kept = history_count < HISTORY ? history_count : HISTORY;
  if ((step > 0 && *back == kept) || (step < 0 && *back == 0)) return;
  *back += (size_t)step;
  replace_by(*back ? history[(history_count - *back) % HISTORY] : "");
}

static size_t word_before(void) {
  size_t at = line.cursor;
  while (at > 0 && line.text[at - 1] == ' ') at--;
  while (at > 0 && line.text[at - 1] != ' ') at--;
  return at;
}

static void edit_by(int key, size_t *back) {
  switch (key) {
    case KEY_UP: recall(back, 1); break;
    case KEY_DOWN: recall(back, -1); break;
    case KEY_LEFT:
    case CTRL('B'): if (line.cursor > 0) move_to(line.cursor - 1); break;
    case KEY_RIGHT:
    case CTRL('F'): if (line.cursor < line.length) move_to(line.cursor + 1); break;
    case KEY_HOME:
    case CTRL('A'): move_to(0); break;
    case KEY_END:
    case CTRL('E'): move_to(line.length); break;
    case 127:
    case '\b': if (line.cursor > 0) cut(line.cursor - 1, line.cursor); break;
    case CTRL('D'):
    case KEY_DELETE: if (line.cursor < line.length) cut(line.cursor, line.cursor + 1); break;
    case CTRL('K'): cut(line.cursor, line.length); break;
    case CTRL('U'): cut(0, line.cursor); break;
    case CTRL('W'): cut(word_before(), line.cursor); break;
    case CTRL('L'): show("\033[H\033[2J", 7); redraw(); break;
    case KEY_NONE: break;
    default: insert(key);
  }
}

static bool edit(void) {
  size_t back = 0;
  redraw();
  for (;;) {
    int key = read_byte();
    if (key == '\033') key = read_escape();
    if (key == KEY_EOF || (key == CTRL('D') && line.length == 0)) return false;
    if (key == '\r' || key == '\n') break;
    if (key == CTRL('C')) {
      show("^C", 2);
      line.length = 0;
      break;
    }
    edit_by(key, &back);
  }
  line.text[line.length] = '\0';
  show("\n", 1);
  remember(line.text);
  return true;
}

bool edit_line(const char *prompt, char text[LINE_BYTES]) {
  uint32_t before;
  line.text = text;
  line.length = line.cursor = 0;
  line.prompt = prompt;
  if (!ConsoleMode(1, CONSOLE_RAW, &before)) return false;
  bool more = edit();
  ConsoleMode(1, before, NULL);
  return more;
}
