/* builtins.c: see builtins.h. */
#include "builtins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mobius.h"
#include "parse.h"
#include "shell.h"
#include "variables.h"

struct builtin {
  const char *name;
  const char *usage; /* without the name */
  const char *purpose;
  int (*run)(char **words); /* returns the status */
};

static const struct builtin *find_builtin(const char *name);
static const struct builtin *running; /* whose words are wrong */

static int misused(const char *what, const char *problem) {
  fprintf(stderr, "shell: %s: %s%s%s\n", running->name, what, *what ? ": " : "", problem);
  fprintf(stderr, "usage: %s%s%s\n", running->name, *running->usage ? " " : "", running->usage);
  return 2;
}

static int show_help_of(const struct builtin *builtin) {
  printf("usage: %s%s%s\n%s\n", builtin->name, *builtin->usage ? " " : "", builtin->usage,
         builtin->purpose);
  return 0;
}

static const char general_help[] =
    "NAME ARGUMENTS...   runs /bin/NAME.exe, or the file NAME if there is a / in it\n"
    "help NAME           what a program or a command is for; NAME --help, too\n"
    "built in:  help  history  wait  time  export  unset  exit\n"
    "files:     ls  cat  head  wc  echo  clear  sleep  uptime  hello\n"
    "processes: ps  top  kill  vmmap      memory: free  vmstat  check\n"
    "swap:      swapon  swapoff  swapbench             others: shell  log  bench\n"
    "  ;  one after another          &  in the background, without input\n"
    "  '...'  \"...\"  \\  quote          #  begins a comment\n"
    "  $NAME  a variable's value     $?  how the last one ended\n"
    "  NAME=VALUE  sets a variable; before a program's name, for that program\n"
    "keys: Tab completes a name, twice shows all; up and down: earlier lines;\n"
    "  Ctrl-R searches them; cursor keys, Home, End, Delete, Ctrl-A E K U W L;\n"
    "  Ctrl-C ends a program, Ctrl-D at the start of a line ends the shell\n";

static int help(char **words) {
  if (!words[1]) {
    fputs(general_help, stdout);
    return 0;
  }
  if (words[2]) return misused(words[2], "one name at a time");
  const struct builtin *builtin = find_builtin(words[1]);
  if (builtin) return show_help_of(builtin);
  char *asked[] = {words[1], "--help", NULL};
  return run_program(asked, false);
}

static int history(char **words) {
  if (words[1]) return misused(words[1], "it takes no arguments");
  const char *line;
  for (size_t i = 0; (line = history_line(i)); i++) printf("%3u  %s\n", (unsigned)i + 1, line);
  return 0;
}

static int wait_for_all(char **words) {
  if (words[1]) return misused(words[1], "it takes no arguments");
  wait_for_jobs();
  return 0;
}

static int leave(char **words) {
  long status = last_status;
  if (words[1]) {
    char *end;
    status = strtol(words[1], &end, 10);
    if (*end || end == words[1]) return misused(words[1], "no number");
    if (words[2]) return misused(words[2], "one status at most");
  }
  fflush(stdout);
  exit((int)status);
}

static void show_time(const char *name, uint64_t ns) {
  unsigned ms = (unsigned)(ns / 1000000);
  fprintf(stderr, "%-9s %6u.%03u s\n", name, ms / 1000, ms % 1000);
}

static int time_one(char **words) {
  if (!words[1]) return misused("", "what to measure?");
  struct sys_time began = {0, 0}, ended = {0, 0};
  SysClock(SYS_CLOCK_MONOTONIC, &began);
  last_cpu_ns = 0;
  int status = run_words(words + 1, false);
  SysClock(SYS_CLOCK_MONOTONIC, &ended);
  fflush(stdout);
  show_time("real", ended.ns - began.ns);
  show_time("processor", last_cpu_ns);
  return status;
}

static int show_exported(void) {
  enum scope scope;
  const char *variable;
  for (size_t i = 0; (variable = variables_at(&shell_variables, i, &scope)); i++) {
    if (scope == EXPORTED) printf("%s\n", variable);
  }
  return 0;
}

static int export(char **words) {
  if (!words[1]) return show_exported();
  for (char **word = words + 1; *word; word++) {
    size_t name = name_length(*word);
    bool assigns = (*word)[name] == '=';
    if (name == 0 || ((*word)[name] && !assigns)) return misused(*word, "no variable's name");
    if (!assigns) {
      variables_export(&shell_variables, *word);
    } else if (!variables_set(&shell_variables, *word, EXPORTED)) {
      fprintf(stderr, "shell: export: no room for more variables\n");
      return 1;
    }
    (*word)[name] = '\0';
    variables_export(&shell_variables, *word);
  }
  return 0;
}

static int unset(char **words) {
  for (char **word = words + 1; *word; word++) {
    size_t name = name_length(*word);
    if (name == 0 || (*word)[name]) return misused(*word, "no variable's name");
    variables_unset(&shell_variables, *word);
  }
  return 0;
}

static const struct builtin builtins[] = {
    {"help", "[NAME]", "Tells what the shell can do, or what NAME is for.", help},
    {"history", "", "Shows the lines typed before.", history},
    {"wait", "", "Waits for every program in the background.", wait_for_all},
    {"time", "NAME [ARGUMENTS...]",
     "Runs the program; tells how long it took, and its processor time.", time_one},
    {"export", "[NAME[=VALUE]...]",
     "Programs get these variables from now on. Alone: shows which they get.", export},
    {"unset", "NAME...", "Forgets the variables.", unset},
    {"exit", "[STATUS]", "Ends the shell, with the status of the last command if none is given.",
     leave},
    {NULL, NULL, NULL, NULL}};

static const struct builtin *find_builtin(const char *name) {
  for (const struct builtin *b = builtins; b->name; b++) {
    if (strcmp(b->name, name) == 0) return b;
  }
  return NULL;
}

bool run_builtin(char **words, int *status) {
  const struct builtin *builtin = find_builtin(words[0]);
  if (!builtin) return false;
  bool asked = words[1] && !words[2] && strcmp(words[1], "--help") == 0;
  running = builtin;
  *status = asked ? show_help_of(builtin) : builtin->run(words);
  return true;
}

const char *builtin_name(size_t index) {
  return index < sizeof builtins / sizeof *builtins ? builtins[index].name : NULL;
}
