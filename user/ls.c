/* ls.c: what is in folders: names, a / behind a folder's, and the sizes of files. */
#include <dirent.h>
#include <sys/stat.h>

#include "tool.h"

static const struct tool about = {
    "ls", "[FOLDER...]",
    "Lists what is in the folders (/, if none is named): names, a / behind\n"
    "a folder's, and the sizes of files in bytes.",
    NULL};

static int list(const char *path) {
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode)) {
    printf("%10lu  %s\n", (unsigned long)info.st_size, path);
    return 0;
  }
  DIR *folder = opendir(path);
  if (!folder) {
    fprintf(stderr, "ls: %s: %s\n", path, strerror(errno));
    return 1;
  }
  struct dirent *entry;
  while ((entry = readdir(folder))) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (entry->d_type == DT_DIR) printf("%10s  %s/\n", "", entry->d_name);
    else printf("%10llu  %s\n", (unsigned long long)entry->d_size, entry->d_name);
  }
  closedir(folder);
  return 0;
}

int main(int argc, char **argv) {
  tool_start(&about, argc, argv);
  tool_take("--", &argc, argv);
  if (argc < 2) return list("/");
  int status = 0;
  for (int i = 1; i < argc; i++) {
    if (argc > 2) printf("%s:\n", argv[i]);
    status |= list(argv[i]);
  }
  return status;
}
