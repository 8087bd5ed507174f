/* commands.c: runs the commands of a line. Nothing of a line runs where a part makes no sense. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builtins.h"
#include "parse.h"
#include "shell.h"
#include "variables.h"

int last_status;
struct variables shell_variables;
const char *program_environment[MOST_VARIABLES + 1];

static const char *find_variable(const char *name) {
  static char number[16];
  if (strcmp(name, "?") != 0 && strcmp(name, "$") != 0) {
    return variables_get(&shell_variables, name);
  }
  sniprintf(number, sizeof number, "%d", *name == '?' ? last_status : (int)getpid());
  return number;
}

static int set_variables(char *const *assignments) {
  for (; *assignments; assignments++) {
    if (variables_set(&shell_variables, *assignments, SHELL_ONLY)) continue;
    fprintf(stderr, "shell: no room for more variables\n");
    return 1;
  }
  return 0;
}

int run_words(char **words, bool background) {
  int status;
  return run_builtin(words, &status) ? status : run_program(words, background);
}

static int run_command(struct command *command) {
  if (command->word_count == 0) return set_variables(command->assignments);
  if (!variables_environment(&shell_variables, command->assignments, program_environment,
                             MOST_VARIABLES)) {
    fprintf(stderr, "shell: too many variables\n");
    return 126;
  }
  return run_words(command->words, command->background);
}

int run_line(const char *line) {
  static struct command command;
  bool right = check_line(line, &command);
  while (right && *line) {
    right = parse_command(&line, &command, find_variable);
    if (right && command.word_count + command.assignment_count > 0) {
      last_status = run_command(&command);
    }
  }
  if (right) return last_status;
  fprintf(stderr, "shell: %s\n", command.error);
  return last_status = 2;
}
