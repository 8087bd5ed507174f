/* attack_exes.c: starts every file of a folder, whatever is in it; each is refused or ends, by
 * itself or killed, and nobody else notices.  attack_exes FOLDER */
#include "attacks.h"

#define BOUND_NS 100000000ull

static void start_file(const char *folder, const char *name) {
  char path[300];
  sniprintf(path, sizeof path, "%s/%s", folder, name);
  uint32_t pid = start_quiet(path, "a", "b");
  ends[pid ? end_within(pid, BOUND_NS).end : 0]++;
}

static uint32_t start_all(const char *folder) {
  static struct dir_entry entries[16];
  uint32_t count = 0;
  handle_t directory = FileOpen(folder, FILE_READ);
  if (!directory) die(folder);
  for (size_t got; (got = DirRead(directory, entries, 16)) != 0;) {
    for (size_t i = 0; i < got; i++) {
      if (entries[i].kind != FILE_REGULAR) continue;
      start_file(folder, entries[i].name);
      count++;
    }
  }
  HndClose(directory);
  return count;
}

int main(int argc, char **argv) {
  if (argc != 2) die("usage: attack_exes FOLDER");
  start_file("/bin", "hello.exe");
  struct holdings before = holdings_now();
  ends[PROC_EXITED] = 0;
  printf("%u files\n", (unsigned)start_all(argv[1]));
  show_ends();
  CHECK("some_are_refused_and_some_run", ends[0] > 0 && ends[PROC_EXITED] > 0);
  check_all_back(before);
  return finish();
}
