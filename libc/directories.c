/* directories.c: opendir, readdir and closedir over DirRead. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mobius.h"

struct DIR {
  int descriptor;
  struct dir_entry entry; /* as the kernel tells it */
  struct dirent result;   /* as POSIX has it */
};

DIR *opendir(const char *path) {
  int descriptor = open(path, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) return NULL;
  DIR *directory = calloc(1, sizeof *directory);
  if (!directory) {
    int saved = errno;
    close(descriptor);
    errno = saved;
    return NULL;
  }
  directory->descriptor = descriptor;
  return directory;
}

struct dirent *readdir(DIR *directory) {
  if (DirRead((handle_t)directory->descriptor + 1, &directory->entry, 1) == 0) return NULL;
  struct dirent *result = &directory->result;
  result->d_size = directory->entry.size_bytes;
  result->d_type = directory->entry.kind == FILE_DIRECTORY ? DT_DIR : DT_REG;
  memcpy(result->d_name, directory->entry.name, sizeof result->d_name);
  result->d_name[sizeof result->d_name - 1] = '\0';
  return result;
}

void rewinddir(DIR *directory) {
  uint64_t position;
  FileSeek((handle_t)directory->descriptor + 1, 0, SEEK_SET, &position);
}

int dirfd(DIR *directory) { return directory->descriptor; }

int closedir(DIR *directory) {
  int result = close(directory->descriptor);
  free(directory);
  return result;
}
