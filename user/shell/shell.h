/* shell.h: the parts of the shell and who calls whom: main reads commands (by console_line, or as
 * the console's bytes), commands has parse cut them up, builtins and jobs run them. No part uses
 * malloc: the shell has to work when there is no memory left, to start ps and kill.
 *
 * Pure parts, which the host tests, too: parse, parse_signs, variables; utf8, line_text, line_view,
 * history, editor, completion. */
#ifndef SHELL_H
#define SHELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "line_text.h"

/* ---- console_line.c ------------------------------------------------------------------------- */
/* Edits one line on the console (raw mode while it does). False at the end of the input. */
bool edit_line(const char *prompt, char line[LINE_BYTES]);
/* The lines of before; 0 is the oldest kept, NULL after the newest. */
const char *history_line(size_t index);

/* ---- commands.c ----------------------------------------------------------------------------- */
/* Runs the commands of one line and returns the status of the last one. */
int run_line(const char *line);
/* Runs a builtin or a program. */
int run_words(char **words, bool background);
extern int last_status; /* what $? is */
extern struct variables shell_variables;
extern const char *program_environment[]; /* what the next program gets */

/* ---- jobs.c --------------------------------------------------------------------------------- */
/* Runs the program and, unless in the background, waits. Returns its status as $? shows it. */
int run_program(char **words, bool background);
/* Waits for every job in the background. */
void wait_for_jobs(void);
/* Says which jobs in the background have ended. */
void report_ended_jobs(void);
extern const char *const program_folders[]; /* each with its /, NULL after the last */
extern bool interactive;
extern uint64_t last_cpu_ns; /* of the last one waited for */

#endif
