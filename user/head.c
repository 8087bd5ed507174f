/* head.c: the first lines. */
#include <fcntl.h>
#include <unistd.h>

#include "tool.h"

static const struct tool about = {
    "head", "[-n LINES] [FILE...]",
    "Prints the first lines of the files, or of what comes in: 10, if -n does\n"
    "not say how many.",
    "-n "};

static int show(int file, const char *name, unsigned long lines) {
  static char buffer[4096];
  ssize_t got = 0;
  while (lines > 0 && (got = read(file, buffer, sizeof buffer)) > 0) {
    size_t length = 0;
    while (length < (size_t)got && lines > 0) lines -= buffer[length++] == '\n';
    if (fwrite(buffer, 1, length, stdout) != length) return tool_failed("cannot write");
  }
  return got < 0 ? tool_failed(name) : 0;
}

static int show_file(const char *name, unsigned long lines, bool named) {
  int file = open(name, O_RDONLY);
  if (file < 0) return tool_failed(name);
  if (named) printf("==> %s <==\n", name);
  int status = show(file, name, lines);
  close(file);
  return status;
}

int main(int argc, char **argv) {
  unsigned long lines = 10;
  tool_start(&about, argc, argv);
  int first = 1;
  for (; first < argc && strcmp(argv[first], "-n") == 0; first += 2) {
    if (first + 1 == argc) tool_misused("-n and how many?");
    lines = tool_number(argv[first + 1], 0, 4000000000u);
  }
  if (first < argc && strcmp(argv[first], "--") == 0) first++;
  if (first == argc) return show(0, "standard input", lines);
  int status = 0;
  for (int i = first; i < argc; i++) status |= show_file(argv[i], lines, argc - first > 1);
  return status;
}
