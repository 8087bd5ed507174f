/* parse.h: a line cut into commands and words, as sh does it. Pure: variables are asked for by a
 * function, and nothing is printed.
 *
 *   ; & line end   end a command; `&` leaves it in the background
 *   #              where a word begins: the rest of the line is a comment
 *   '...' "..." \  quotes; in "..." a backslash is one but before $ ` " \
 *   $NAME ${NAME}  a variable's value, $? the last status, $$ the shell's PID; outside of quotes it
 *                  is cut into words, and where it is empty there is no word
 *   ~ ~/           HOME, where a word begins
 *   NAME=VALUE     before the command's name: an assignment
 *
 * Signs that mean something to sh which is not built are refused by name, unless quoted. */
#ifndef PARSE_H
#define PARSE_H

#include <stdbool.h>
#include <stddef.h>

/* Of one command: as much as a program can be started with. */
enum { MOST_WORDS = 8192, WORDS_BYTES = 65536, ERROR_BYTES = 96 };

struct command {
  char *words[MOST_WORDS + 1]; /* NULL at the end, as of `assignments` */
  char *assignments[MOST_WORDS + 1];
  size_t word_count, assignment_count;
  bool background;
  char error[ERROR_BYTES];
  char text[WORDS_BYTES]; /* what the words are in */
};

/* A variable's value, NULL where it is not set; asked for "?" and "$", too. */
typedef const char *variable_finder(const char *name);

/* Takes the next command of the line off `*at`; one without words or assignments at its end. False:
 * it makes no sense, and `error` says why. */
bool parse_command(const char **at, struct command *command, variable_finder *find);
/* Whether every command of the line makes sense, whatever the variables are; if not, see `error`.
 */
bool check_line(const char *line, struct command *scratch);
/* The length of the name that `text` begins with; 0 where it begins with none. */
size_t name_length(const char *text);

#endif
