/* tool.h: what the programs of /bin have in common: --help, options, numbers. Status 2 says that
 * the call was wrong. Every line fits into 80 columns. */
#ifndef TOOL_H
#define TOOL_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tool {
  const char *name, *usage; /* `usage` without the name; further lines begin with two blanks */
  const char *purpose;      /* a sentence or more */
  const char *options;      /* those that it knows, each with a blank behind it: "-a -h " */
};

static const struct tool *this_tool;

static void tool_show_help(FILE *to) {
  fprintf(to, "usage: %s%s%s\n", this_tool->name, *this_tool->usage ? " " : "", this_tool->usage);
}

/* Ends the program: `problem` is what is wrong with its call. */
__attribute__((noreturn, unused)) static void tool_misused(const char *problem) {
  fprintf(stderr, "%s: %s\n", this_tool->name, problem);
  tool_show_help(stderr);
  exit(2);
}

__attribute__((noreturn, unused)) static void tool_refuse(const char *word, const char *problem) {
  fprintf(stderr, "%s: %.40s: %s\n", this_tool->name, word, problem);
  tool_show_help(stderr);
  exit(2);
}

/* With --help as its only argument the program tells what it is for, and ends. */
__attribute__((unused)) static void tool_help_only(const struct tool *tool, int argc, char **argv) {
  this_tool = tool;
  if (argc != 2 || strcmp(argv[1], "--help") != 0) return;
  tool_show_help(stdout);
  printf("%s\n", tool->purpose);
  exit(fflush(stdout) == 0 ? 0 : 1);
}

static bool tool_knows(const char *option) {
  const char *at = this_tool->options ? this_tool->options : "";
  size_t length = strlen(option);
  for (; *at; at += strcspn(at, " ") + 1) {
    if (strncmp(at, option, length) == 0 && at[length] == ' ') return true;
  }
  return false;
}

/* To be called first. Ends the program where --help is asked for, or an option that it does not
 * know; what follows `--` is none. */
__attribute__((unused)) static void tool_start(const struct tool *tool, int argc, char **argv) {
  tool_help_only(tool, argc, argv);
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (argv[i][0] != '-' || argv[i][1] == '\0') continue;
    if (strcmp(argv[i], "--help") == 0) tool_help_only(tool, 2, (char *[]){argv[0], argv[i]});
    if (!tool_knows(argv[i])) tool_refuse(argv[i], "there is no such option");
  }
}

/* Takes an option, or the `--` before the other arguments, out of argv; whether it was there. */
__attribute__((unused)) static bool tool_take(const char *option, int *argc, char **argv) {
  for (int i = 1; i < *argc; i++) {
    bool found = strcmp(argv[i], option) == 0;
    if (!found && strcmp(argv[i], "--") == 0) return false;
    if (!found) continue;
    for (--*argc; i < *argc; i++) argv[i] = argv[i + 1];
    argv[*argc] = NULL;
    return true;
  }
  return false;
}

__attribute__((unused)) static void tool_no_arguments(int argc, char **argv) {
  if (argc > 1) tool_refuse(argv[1], "it takes no arguments");
}

/* Ends the program where `text` is no decimal number from `least` to `most`. */
__attribute__((unused)) static unsigned long tool_number(const char *text, unsigned long least,
                                                         unsigned long most) {
  char *end;
  errno = 0;
  unsigned long number = strtoul(text, &end, 10);
  bool right = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
  if (right && number >= least && number <= most) return number;
  fprintf(stderr, "%s: %.40s: not a number from %lu to %lu\n", this_tool->name, text, least, most);
  tool_show_help(stderr);
  exit(2);
}

/* `what` failed: says why, with a status for main() to return. */
__attribute__((unused)) static int tool_failed(const char *what) {
  fprintf(stderr, "%s: %s: %s\n", this_tool->name, what, strerror(errno));
  return 1;
}

#endif
