/* vfs.c: what SQLite asks of an operating system, over the files there are. These can be read and
 * not written: a database on the CD opens read-only, and needs neither locks nor a journal, as
 * nobody can change it. Databases to write to are in memory (`:memory:`), and so is all that is
 * temporary (SQLITE_TEMP_STORE=3): SQLite asks for no file there. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sqlite3.h"

struct cd_file {
  sqlite3_file base;
  int descriptor;
};

enum { LONGEST_PATH = 1023 };
#define NS_PER_MS 1000000
#define UNIX_EPOCH_MS 210866760000000ll /* of the Julian day number that SQLite counts from */

static int descriptor_of(sqlite3_file *file) { return ((struct cd_file *)file)->descriptor; }

static int cd_close(sqlite3_file *file) {
  return close(descriptor_of(file)) == 0 ? SQLITE_OK : SQLITE_IOERR_CLOSE;
}

/* What lies behind the end reads as zeros, and SQLite is to know of it. */
static int cd_read(sqlite3_file *file, void *buffer, int bytes, sqlite3_int64 offset) {
  int done = 0;
  if (offset != (off_t)offset || lseek(descriptor_of(file), (off_t)offset, SEEK_SET) < 0) {
    return SQLITE_IOERR_SEEK;
  }
  while (done < bytes) {
    int count = (int)read(descriptor_of(file), (char *)buffer + done, (size_t)(bytes - done));
    if (count < 0) return SQLITE_IOERR_READ;
    if (count == 0) {
      memset((char *)buffer + done, 0, (size_t)(bytes - done));
      return SQLITE_IOERR_SHORT_READ;
    }
    done += count;
  }
  return SQLITE_OK;
}

static int cd_write(sqlite3_file *file, const void *data, int bytes, sqlite3_int64 offset) {
  (void)file, (void)data, (void)bytes, (void)offset;
  return SQLITE_READONLY;
}

static int cd_truncate(sqlite3_file *file, sqlite3_int64 size) {
  (void)file, (void)size;
  return SQLITE_READONLY;
}

static int cd_sync(sqlite3_file *file, int flags) {
  (void)file, (void)flags;
  return SQLITE_OK;
}

static int cd_size(sqlite3_file *file, sqlite3_int64 *out) {
  struct stat info;
  if (fstat(descriptor_of(file), &info) != 0) return SQLITE_IOERR_FSTAT;
  *out = info.st_size;
  return SQLITE_OK;
}

static int cd_lock(sqlite3_file *file, int level) {
  (void)file, (void)level;
  return SQLITE_OK;
}

static int cd_check_reserved_lock(sqlite3_file *file, int *out) {
  (void)file;
  *out = 0;
  return SQLITE_OK;
}

static int cd_control(sqlite3_file *file, int what, void *argument) {
  (void)file, (void)what, (void)argument;
  return SQLITE_NOTFOUND;
}

static int cd_sector_bytes(sqlite3_file *file) {
  (void)file;
  return 2048;
}

static int cd_characteristics(sqlite3_file *file) {
  (void)file;
  return SQLITE_IOCAP_IMMUTABLE;
}

static const sqlite3_io_methods methods = {
  .iVersion = 1, .xClose = cd_close, .xRead = cd_read, .xWrite = cd_write,
  .xTruncate = cd_truncate, .xSync = cd_sync, .xFileSize = cd_size, .xLock = cd_lock,
  .xUnlock = cd_lock, .xCheckReservedLock = cd_check_reserved_lock, .xFileControl = cd_control,
  .xSectorSize = cd_sector_bytes, .xDeviceCharacteristics = cd_characteristics,
};

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out) {
  (void)vfs;
  struct stat info;
  file->pMethods = NULL;
  if (!path || !(flags & SQLITE_OPEN_MAIN_DB)) return SQLITE_CANTOPEN;
  int descriptor = open(path, O_RDONLY);
  if (descriptor < 0) return SQLITE_CANTOPEN;
  if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(descriptor);
    return SQLITE_CANTOPEN_ISDIR;
  }
  ((struct cd_file *)file)->descriptor = descriptor;
  file->pMethods = &methods;
  if (out) *out = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READONLY;
  return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder) {
  (void)vfs, (void)sync_folder;
  unlink(path);
  return errno == ENOENT ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int what, int *out) {
  (void)vfs;
  *out = access(path, what == SQLITE_ACCESS_READWRITE ? R_OK | W_OK : F_OK) == 0;
  return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int bytes, char *out) {
  (void)vfs;
  sqlite3_snprintf(bytes, out, "%s%s", path[0] == '/' ? "" : "/", path);
  return strlen(out) == (size_t)bytes - 1 ? SQLITE_CANTOPEN_FULLPATH : SQLITE_OK;
}

static sqlite3_int64 now_ns(clockid_t clock) {
  struct timespec now = {0};
  clock_gettime(clock, &now);
  return (sqlite3_int64)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A seed; nothing here is secret. */
static int vfs_randomness(sqlite3_vfs *vfs, int bytes, char *out) {
  (void)vfs;
  sqlite3_int64 seed[] = {now_ns(CLOCK_REALTIME), now_ns(CLOCK_MONOTONIC), getpid()};
  for (int i = 0; i < bytes; i++) out[i] = ((char *)seed)[(size_t)i % sizeof seed];
  return bytes;
}

static int vfs_sleep(sqlite3_vfs *vfs, int us) {
  (void)vfs;
  usleep((useconds_t)us);
  return us;
}

static int vfs_time_ms(sqlite3_vfs *vfs, sqlite3_int64 *out) {
  (void)vfs;
  *out = UNIX_EPOCH_MS + now_ns(CLOCK_REALTIME) / NS_PER_MS;
  return SQLITE_OK;
}

static int vfs_time(sqlite3_vfs *vfs, double *out) {
  sqlite3_int64 ms;
  vfs_time_ms(vfs, &ms);
  *out = (double)ms / 86400000.0;
  return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int bytes, char *out) {
  (void)vfs;
  sqlite3_snprintf(bytes, out, "%s", strerror(errno));
  return errno;
}

int sqlite3_os_init(void) {
  static sqlite3_vfs vfs = {
    .iVersion = 2, .szOsFile = sizeof(struct cd_file), .mxPathname = LONGEST_PATH,
    .zName = "mobius", .xOpen = vfs_open, .xDelete = vfs_delete, .xAccess = vfs_access,
    .xFullPathname = vfs_full_path, .xRandomness = vfs_randomness, .xSleep = vfs_sleep,
    .xCurrentTime = vfs_time, .xGetLastError = vfs_last_error, .xCurrentTimeInt64 = vfs_time_ms,
  };
  return sqlite3_vfs_register(&vfs, 1);
}

int sqlite3_os_end(void) { return SQLITE_OK; }
