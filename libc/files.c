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

/* Nothing is there under the name: would it be made? Never: the volume is read-only. But what POSIX
 * looks at first is said first. Sets errno. */
static int not_made(const char *path) {
  char parent[PATH_BYTES];
  size_t length = strlen(path);
  bool trailing = path[length - 1] == '/';
  while (length > 1 && path[length - 1] == '/') length--;
  while (length > 1 && path[length - 1] != '/') length--;
  memcpy(parent, path, length);
  parent[length] = '\0';
  handle_t handle = FileOpen(parent, FILE_READ);
  if (!handle) return -1;
  HndClose(handle);
  errno = trailing ? EISDIR : EROFS;
  return -1;
}

/* What the flags say of a file that is there. 0, or an errno. */
static int refusal(handle_t handle, int flags) {
  struct file_info info;
  if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) return EEXIST;
  if (!FileStat(handle, &info)) return errno;
  bool directory = info.kind == FILE_DIRECTORY;
  if ((flags & O_DIRECTORY) && !directory) return ENOTDIR;
  if (directory && ((flags & O_CREAT) || (flags & O_ACCMODE) != O_RDONLY)) return EISDIR;
  return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) ? EROFS : 0;
}

int open(const char *path, int flags, ...) {
  char buffer[PATH_BYTES];
  int mode = flags & O_ACCMODE;
  path = absolute_path(path, buffer, sizeof buffer);
  if (!path) return -1;
  if (mode != O_RDONLY && mode != O_WRONLY && mode != O_RDWR) {
    errno = EINVAL;
    return -1;
  }
  handle_t handle = FileOpen(path, FILE_READ);
  if (!handle) return errno == ENOENT && (flags & O_CREAT) ? not_made(path) : -1;
  int error = refusal(handle, flags);
  if (!error) return (int)(handle - 1);
  HndClose(handle);
  errno = error;
  return -1;
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
  if (mode & ~(R_OK | W_OK | X_OK)) {
    errno = EINVAL;
    return -1;
  }
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
  if (info.peer == FILE_PEER_PERSON) return 1;
  errno = ENOTTY;
  return 0;
}

static int fail(int error) {
  errno = error;
  return -1;
}

/* The calls that would change a directory: EROFS, after what POSIX looks at before that. */
enum there { NOTHING, A_FILE, A_DIRECTORY, UNKNOWN /* and errno says why */ };

/* Nothing: it could be made there, were the volume not read-only. */
static enum there what_is(const char *path) {
  struct stat info;
  if (stat(path, &info) == 0) return S_ISDIR(info.st_mode) ? A_DIRECTORY : A_FILE;
  char buffer[PATH_BYTES];
  if (errno != ENOENT) return UNKNOWN;
  path = absolute_path(path, buffer, sizeof buffer);
  if (!path) return UNKNOWN;
  (void)not_made(path);
  return errno == EROFS || errno == EISDIR ? NOTHING : UNKNOWN;
}

/* Something must be there. */
static int must_be(const char *path, enum there wanted, int otherwise) {
  struct stat info;
  if (stat(path, &info) != 0) return -1;
  return fail((S_ISDIR(info.st_mode) ? A_DIRECTORY : A_FILE) == wanted ? EROFS : otherwise);
}

/* Nothing may be there. */
static int must_be_new(const char *path) {
  enum there there = what_is(path);
  if (there == UNKNOWN) return -1;
  return fail(there == NOTHING ? EROFS : EEXIST);
}

int unlink(const char *path) { return must_be(path, A_FILE, EISDIR); }
int rmdir(const char *path) { return must_be(path, A_DIRECTORY, ENOTDIR); }

int link(const char *from, const char *to) {
  struct stat info;
  if (stat(from, &info) != 0) return -1;
  return S_ISDIR(info.st_mode) ? fail(EPERM) : must_be_new(to);
}

int rename(const char *from, const char *to) {
  struct stat info;
  if (stat(from, &info) != 0) return -1;
  enum there there = what_is(to);
  if (there == UNKNOWN) return -1;
  if (S_ISDIR(info.st_mode)) return fail(there == A_FILE ? ENOTDIR : EROFS);
  return fail(there == A_DIRECTORY ? EISDIR : EROFS);
}

int mkdir(const char *path, mode_t mode) {
  (void)mode;
  return must_be_new(path);
}

char *getcwd(char *buffer, size_t bytes) {
  if (!buffer) return strdup("/");
  if (bytes < 2) {
    errno = ERANGE;
    return NULL;
  }
  return strcpy(buffer, "/");
}
