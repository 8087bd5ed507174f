/* console_line.c: the editor on the console: raw mode while a line is edited, the width from
 * COLUMNS, names from the file system. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builtins.h"
#include "editor.h"
#include "mobius.h"
#include "shell.h"
#include "variables.h"

static char output[1024];
static size_t output_length;

static void flush_output(void) {
  for (size_t done = 0; done < output_length;) {
    ssize_t count = write(1, output + done, output_length - done);
    if (count <= 0) break;
    done += (size_t)count;
  }
  output_length = 0;
}

static void put_output(const char *bytes, size_t count) {
  for (; count > 0; count--) {
    if (output_length == sizeof output) flush_output();
    output[output_length++] = *bytes++;
  }
}

/* No opendir(): it needs malloc. */
static void names_in_folder(const char *folder, name_taker *take, void *context) {
  static struct dir_entry entries[16];
  handle_t handle = FileOpen(folder, FILE_READ);
  size_t count;
  while (handle && (count = DirRead(handle, entries, sizeof entries / sizeof *entries)) > 0) {
    for (size_t i = 0; i < count; i++) {
      const char *name = entries[i].name;
      if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
      take(context, name, entries[i].kind == FILE_DIRECTORY);
    }
  }
  if (handle) HndClose(handle);
}

struct program_names {
  name_taker *take;
  void *context;
};

static void take_program(void *context, const char *name, bool is_folder) {
  struct program_names *programs = context;
  size_t length = strlen(name);
  char short_name[NAME_BYTES];
  if (is_folder || length <= 4 || length >= NAME_BYTES) return;
  if (strcmp(name + length - 4, ".exe") != 0) return;
  memcpy(short_name, name, length - 4);
  short_name[length - 4] = '\0';
  programs->take(programs->context, short_name, false);
}

static void command_names(name_taker *take, void *context) {
  struct program_names programs = {take, context};
  const char *name;
  for (size_t i = 0; (name = builtin_name(i)); i++) take(context, name, false);
  for (size_t i = 0; program_folders[i]; i++) {
    names_in_folder(program_folders[i], take_program, &programs);
  }
}

static const struct name_source names = {names_in_folder, command_names};
static struct editor editor = {.names = &names};

const char *history_line(size_t index) {
  return index < editor.history.count ? history_back(&editor.history, editor.history.count - index)
                                      : NULL;
}

static unsigned size_from(const char *variable, unsigned least, unsigned usual) {
  const char *value = variables_get(&shell_variables, variable);
  unsigned long size = value ? strtoul(value, NULL, 10) : 0;
  return size >= least && size <= 1000 ? (unsigned)size : usual;
}

static enum editor_state edit(void) {
  enum editor_state state = EDITING;
  while (state == EDITING) {
    unsigned char byte;
    flush_output();
    state = read(0, &byte, 1) == 1 ? editor_take(&editor, byte) : INPUT_ENDED;
  }
  flush_output();
  return state;
}

bool edit_line(const char *prompt, char line[LINE_BYTES]) {
  uint32_t before;
  if (!ConsoleMode(1, CONSOLE_RAW, &before)) return false;
  editor.view.out = put_output;
  editor.view.width = size_from("COLUMNS", 16, 80);
  editor.view.height = size_from("LINES", 2, 24);
  editor_begin(&editor, prompt);
  enum editor_state state = edit();
  ConsoleMode(1, before, NULL);
  line[0] = '\0';
  if (state == LINE_DONE) strcpy(line, editor.text.bytes);
  if (state == LINE_CUT_OFF)
    fprintf(stderr, "shell: the line is too long; nothing of it has run\n");
  return state != INPUT_ENDED;
}
