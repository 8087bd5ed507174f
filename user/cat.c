/* cat.c: prints files, or what comes in. */
#include <fcntl.h>
#include <unistd.h>

#include "tool.h"

static const struct tool about = {
    "cat", "[FILE...]",
    "Prints the files one after another, or what comes in.",
    NULL};

static char buffer[16384];

static int copy(int from, const char *name) {
  ssize_t count;
  while ((count = read(from, buffer, sizeof buffer)) > 0) {
    for (ssize_t done = 0; done < count;) {
      ssize_t written = write(1, buffer + done, (size_t)(count - done));
      if (written <= 0) return 1;
      done += written;
    }
  }
  if (count < 0) fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
  return count < 0;
}

int main(int argc, char **argv) {
  tool_start(&about, argc, argv);
  tool_take("--", &argc, argv);
  if (argc < 2) return copy(0, "standard input");
  int status = 0;
  for (int i = 1; i < argc; i++) {
    int file = open(argv[i], O_RDONLY);
    if (file < 0) {
      fprintf(stderr, "cat: %s: %s\n", argv[i], strerror(errno));
      status = 1;
      continue;
    }
    status |= copy(file, argv[i]);
    close(file);
  }
  return status;
}
