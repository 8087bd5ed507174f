/* commands.c: a line cut into commands and words. `;` ends a command, `&` sends it to the
 * background, `#` starts a comment; quotes '...' and "...", backslash; $? and $NAME. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"

int last_status;

static char text[MOST_TEXT]; /* the words of the command at hand */
static size_t text_length;
static bool too_long;

static void put(char byte) {
  if (text_length + 1 >= sizeof text) too_long = true;
  else text[text_length++] = byte;
}

static bool is_name(char byte) {
  return byte == '_' || (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z');
}

/* At a `$`: puts what it stands for and returns what follows. */
static const char *expand(const char *at) {
  char name[64];
  size_t length = 0;
  at++;
  if (*at == '?') {
    sniprintf(name, sizeof name, "%d", last_status);
    for (const char *digit = name; *digit; digit++) put(*digit);
    return at + 1;
  }
  while (is_name(*at) && length + 1 < sizeof name) name[length++] = *at++;
  name[length] = '\0';
  if (length == 0) put('$');
  const char *value = length ? getenv(name) : NULL;
  while (value && *value) put(*value++);
  return at;
}

/* Puts one word and returns what follows, NULL where a quote is not closed. */
static const char *take_word(const char *at) {
  char quote = 0;
  for (; *at && (quote || !strchr(" \t;&#", *at)); ) {
    if (quote ? *at == quote : *at == '\'' || *at == '"') {
      quote = quote ? 0 : *at;
      at++;
    } else if (*at == '$' && quote != '\'') {
      at = expand(at);
    } else {
      if (*at == '\\' && quote != '\'' && at[1]) at++;
      put(*at++);
    }
  }
  put('\0');
  return quote ? NULL : at;
}

/* The words of one command, up to `;`, `&`, `#` or the end; NULL, after a message, where it makes
 * no sense. */
static const char *take_command(const char *at, char **words, size_t *count) {
  text_length = 0;
  *count = 0;
  too_long = false;
  for (;;) {
    at += strspn(at, " \t");
    if (!*at || strchr(";&#", *at)) break;
    if (*count + 1 == MAX_WORDS) too_long = true;
    else words[(*count)++] = text + text_length;
    at = take_word(at);
    if (!at || too_long) {
      fprintf(stderr, "shell: %s\n", at ? "the command is too long" : "a quote is not closed");
      return NULL;
    }
  }
  words[*count] = NULL;
  return at;
}

static int help(void) {
  printf(
      "NAME ARGUMENTS...    runs /bin/NAME.exe, or the file NAME if there is a / in it\n"
      "  &  in the background, without input    ;  one after another    $?  how the last ended\n"
      "built in:  help  history  wait  exit [STATUS]\n"
      "programs:  ls cat echo hello   ps  kill PID  vmmap PID   free  vmstat LINES  check\n"
      "           bench  swapbench  swapon  swapoff  shell\n"
      "keys: cursor keys, Home, End, Ctrl-A E K U W L; up and down for earlier lines;\n"
      "Ctrl-C ends a program, Ctrl-D at the start of a line ends the shell\n");
  return 0;
}

static int show_history(void) {
  const char *line;
  for (size_t i = 0; (line = history_line(i)); i++) printf("%3u  %s\n", (unsigned)i + 1, line);
  return 0;
}

static int leave(const char *status) {
  fflush(stdout);
  exit(status ? atoi(status) : last_status);
}

static int run_words(char **words, bool background) {
  if (strcmp(words[0], "help") == 0) return help();
  if (strcmp(words[0], "history") == 0) return show_history();
  if (strcmp(words[0], "exit") == 0) return leave(words[1]);
  if (strcmp(words[0], "wait") == 0) {
    wait_for_jobs();
    return 0;
  }
  return run_program(words, background);
}

int run_line(const char *line) {
  static char *words[MAX_WORDS + 1]; /* like the text they are in */
  size_t count;
  for (const char *at = line; *at && *at != '#';) {
    at = take_command(at, words, &count);
    if (!at) return last_status = 2;
    bool background = *at == '&';
    if (count > 0) last_status = run_words(words, background);
    if (*at == ';' || *at == '&') at++;
  }
  return last_status;
}
