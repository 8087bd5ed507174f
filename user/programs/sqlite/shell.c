/* shell.c: a small shell around SQLite:  sqlite [-d DATABASE] [-c SQL | SCRIPT]
 * Runs the SQL of the file, of -c, or of standard input, on a database in memory or on one that is
 * on the CD; prints each row as a|b|c, NULL as nothing. The first error ends it, with status 1. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sqlite3.h"

static int usage(void) {
  fprintf(stderr, "usage: sqlite [-d DATABASE] [-c SQL | SCRIPT]\n");
  return 2;
}

/* All of the file, ended by a zero; NULL and errno where that fails. */
static char *whole(FILE *file) {
  size_t size = 0, room = 0;
  char *text = NULL;
  do {
    if (room - size < 2) {
      room = room ? 2 * room : 4096;
      char *larger = realloc(text, room);
      if (!larger) {
        free(text);
        return NULL;
      }
      text = larger;
    }
    size += fread(text + size, 1, room - size - 1, file);
  } while (!feof(file) && !ferror(file));
  text[size] = '\0';
  if (!ferror(file)) return text;
  free(text);
  return NULL;
}

static char *script_of(const char *path) {
  FILE *file = path ? fopen(path, "rb") : stdin;
  char *text = file ? whole(file) : NULL;
  if (!text) fprintf(stderr, "sqlite: %s: %s\n", path ? path : "stdin", strerror(errno));
  if (file && file != stdin) fclose(file);
  return text;
}

static int print_row(void *context, int columns, char **values, char **names) {
  (void)context, (void)names;
  for (int i = 0; i < columns; i++) printf("%s%s", i ? "|" : "", values[i] ? values[i] : "");
  putchar('\n');
  return 0;
}

static bool run(const char *database, const char *sql) {
  sqlite3 *connection = NULL;
  char *message = NULL;
  int result = sqlite3_open(database, &connection);
  if (result == SQLITE_OK) result = sqlite3_exec(connection, sql, print_row, NULL, &message);
  fflush(stdout);
  if (result != SQLITE_OK) {
    fprintf(stderr, "sqlite: %s\n", message ? message : sqlite3_errmsg(connection));
  }
  sqlite3_free(message);
  sqlite3_close(connection);
  return result == SQLITE_OK;
}

int main(int argc, char **argv) {
  const char *database = ":memory:", *sql = NULL;
  int option;
  while ((option = getopt(argc, argv, "d:c:")) != -1) {
    if (option == 'd') database = optarg;
    else if (option == 'c') sql = optarg;
    else return usage();
  }
  if (argc - optind > (sql ? 0 : 1)) return usage();
  char *script = sql ? NULL : script_of(argv[optind]);
  if (!sql && !script) return 1;
  bool good = run(database, sql ? sql : script);
  free(script);
  return good ? 0 : 1;
}
