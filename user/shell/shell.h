/* shell.h: the parts of the shell and who calls whom: main reads commands (line_editor, or the
 * console's bytes), commands cuts them up, jobs runs the programs. No part uses malloc: the shell
 * has to work when there is no memory left, to start ps and kill. */
#ifndef SHELL_H
#define SHELL_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_BYTES 1024
/* Of one command: as much as a program can be started with. */
#define MOST_TEXT 65536
#define MAX_WORDS 8192

/* ---- line_editor.c -------------------------------------------------------------------------- */
/* Edits one line on the console (raw mode while it does). False at the end of the input. */
bool edit_line(const char *prompt, char line[LINE_BYTES]);
/* The lines of before; 0 is the oldest kept, NULL after the newest. */
const char *history_line(size_t index);

/* ---- commands.c ----------------------------------------------------------------------------- */
/* Runs the commands of one line and returns the status of the last one. */
int run_line(const char *line);
extern int last_status; /* what $? is */

/* ---- jobs.c --------------------------------------------------------------------------------- */
/* Runs the program and, unless in the background, waits. Returns its status as $? shows it. */
int run_program(char **words, bool background);
/* Waits for every job in the background. */
void wait_for_jobs(void);
/* Says which jobs in the background have ended. */
void report_ended_jobs(void);
extern bool interactive;

#endif
