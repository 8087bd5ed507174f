/* files.c: POSIX file calls. Descriptor n is handle n + 1; paths are absolute, so a relative one is
 * taken from the root. The volumes of today are read-only: what would write says EROFS. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mobius.h"
#include "paths.h"

static handle_t handle_of(int descriptor) { return (handle_t)descriptor + 1; }

const char *absolute_path(const char *path, char *buffer, size_t bytes) {
  if (!path) {
    errno = EFAULT;
    return NULL;
  }
  if (path[0] == '/') return path;
  if (path[0] == '\0') {
    errno = ENOENT;
    return NULL;
  }
  while (path[0] == '.' && path[1] == '/') path += 2;
  if (path[0] == '.' && path[1] == '\0') path++;
  size_t length = strlen(path);
  if (length + 2 > bytes) {
    errno = ENAMETOOLONG;
    return NULL;
  }
  buffer[0] = '/';
  memcpy(buffer + 1, path, length + 1);
  return buffer;
}

int open(const char *path, int flags, ...) {
  char buffer[PATH_BYTES];
  path = absolute_path(path, buffer, sizeof buffer);
  if (!path) return -1;
  int mode = flags & O_ACCMODE;
  uint32_t rights = mode == O_RDONLY ? FILE_READ : mode == O_WRONLY ? FILE_WRITE
                                                                    : FILE_READ | FILE_WRITE;
  handle_t handle = FileOpen(path, rights);
  if (!handle) {
    if (errno == ENOENT && (flags & O_CREAT)) errno = EROFS;
    return -1;
  }
  return (int)(handle - 1);
}

int close(int descriptor) { return HndClose(handle_of(descriptor)) ? 0 : -1; }

/* A count of 0 is an end of file unless the call set errno. */
_ssize_t read(int descriptor, void *buffer, size_t bytes) {
  int saved = errno;
  errno = 0;
  size_t count = FileRead(handle_of(descriptor), buffer, bytes);
  if (count == 0 && errno != 0) return -1;
  errno = saved;
  return (_ssize_t)count;
}

_ssize_t write(int descriptor, const void *buffer, size_t bytes) {
  int saved = errno;
  errno = 0;
  size_t count = FileWrite(handle_of(descriptor), buffer, bytes);
  if (count == 0 && errno != 0) return -1;
  errno = saved;
  return (_ssize_t)count;
}

off_t lseek(int descriptor, off_t offset, int whence) {
  struct file_info info;
  uint64_t position;
  if (FileStat(handle_of(descriptor), &info) && info.kind == FILE_CONSOLE) {
    errno = ESPIPE;
    return -1;
  }
  if (!FileSeek(handle_of(descriptor), offset, (uint32_t)whence, &position)) return -1;
  return (off_t)position;
}

int fstat(int descriptor, struct stat *out) {
  struct file_info info;
  if (!FileStat(handle_of(descriptor), &info)) return -1;
  memset(out, 0, sizeof *out);
  out->st_ino = (ino_t)info.id;
  out->st_size = (off_t)info.size_bytes;
  out->st_blksize = 4096;
  out->st_blocks = (blkcnt_t)((info.size_bytes + 511) / 512);
  out->st_nlink = 1;
  out->st_atime = out->st_mtime = out->st_ctime = (time_t)info.mtime;
  switch ((enum file_kind)info.kind) {
    case FILE_REGULAR: out->st_mode = S_IFREG | 0555; break;
    case FILE_DIRECTORY: out->st_mode = S_IFDIR | 0555; break;
    case FILE_CONSOLE: out->st_mode = S_IFCHR | 0666; break;
  }
  return 0;
}

int stat(const char *path, struct stat *out) {
  int descriptor = open(path, O_RDONLY);
  if (descriptor < 0) return -1;
  int result = fstat(descriptor, out);
  close(descriptor);
  return result;
}

int lstat(const char *path, struct stat *out) { return stat(path, out); }

int access(const char *path, int mode) {
  struct stat info;
  if (stat(path, &info) != 0) return -1;
  if ((mode & W_OK) && !S_ISCHR(info.st_mode)) {
    errno = EROFS;
    return -1;
  }
  return 0;
}

int isatty(int descriptor) {
  struct file_info info;
  if (!FileStat(handle_of(descriptor), &info)) return 0;
  if (info.kind == FILE_CONSOLE) return 1;
  errno = ENOTTY;
  return 0;
}

/* What would change the directory that `path` is in: EROFS, or what POSIX has before that. */
static int read_only(const char *path, bool must_exist) {
  struct stat info;
  bool exists = stat(path, &info) == 0;
  if (!exists && (must_exist || errno != ENOENT)) return -1;
  errno = exists && !must_exist ? EEXIST : EROFS;
  return -1;
}

int unlink(const char *path) { return read_only(path, true); }
int rmdir(const char *path) { return read_only(path, true); }

int link(const char *from, const char *to) {
  struct stat info;
  return stat(from, &info) == 0 ? read_only(to, false) : -1;
}

int _rename(const char *from, const char *to) {
  (void)to;
  return read_only(from, true);
}

int mkdir(const char *path, mode_t mode) {
  (void)mode;
  return read_only(path, false);
}

char *getcwd(char *buffer, size_t bytes) {
  if (!buffer) return strdup("/");
  if (bytes < 2) {
    errno = ERANGE;
    return NULL;
  }
  return strcpy(buffer, "/");
}
