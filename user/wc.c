/* wc.c: counts lines, words and bytes. */
#include <fcntl.h>
#include <unistd.h>

#include "tool.h"

static const struct tool about = {
    "wc", "[-l] [-w] [-c] [FILE...]",
    "Counts lines (-l), words (-w) and bytes (-c) of the files, or of what comes\n"
    "in; without an option, all three.",
    "-l -w -c "};

struct counts {
  unsigned long long lines, words, bytes;
};

static bool shows_lines, shows_words, shows_bytes;

static int count(int file, const char *name, struct counts *counts) {
  static char buffer[16384];
  ssize_t got;
  bool in_word = false;
  while ((got = read(file, buffer, sizeof buffer)) > 0) {
    counts->bytes += (unsigned long long)got;
    for (ssize_t i = 0; i < got; i++) {
      bool blank = strchr(" \t\n\v\f\r", buffer[i]) && buffer[i];
      counts->lines += buffer[i] == '\n';
      counts->words += !blank && !in_word;
      in_word = !blank;
    }
  }
  return got < 0 ? tool_failed(name) : 0;
}

static void show(const struct counts *counts, const char *name) {
  if (shows_lines) printf(" %7llu", counts->lines);
  if (shows_words) printf(" %7llu", counts->words);
  if (shows_bytes) printf(" %7llu", counts->bytes);
  printf("%s%s\n", *name ? " " : "", name);
}

static int count_file(const char *name, struct counts *total) {
  struct counts counts = {0, 0, 0};
  int file = open(name, O_RDONLY);
  if (file < 0) return tool_failed(name);
  int status = count(file, name, &counts);
  close(file);
  if (status == 0) show(&counts, name);
  total->lines += counts.lines;
  total->words += counts.words;
  total->bytes += counts.bytes;
  return status;
}

int main(int argc, char **argv) {
  struct counts total = {0, 0, 0};
  tool_start(&about, argc, argv);
  while (tool_take("-l", &argc, argv)) shows_lines = true;
  while (tool_take("-w", &argc, argv)) shows_words = true;
  while (tool_take("-c", &argc, argv)) shows_bytes = true;
  tool_take("--", &argc, argv);
  if (!shows_lines && !shows_words && !shows_bytes) {
    shows_lines = shows_words = shows_bytes = true;
  }
  if (argc < 2) {
    int status = count(0, "standard input", &total);
    show(&total, "");
    return status;
  }
  int status = 0;
  for (int i = 1; i < argc; i++) status |= count_file(argv[i], &total);
  if (argc > 2) show(&total, "total");
  return status;
}
