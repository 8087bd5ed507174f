/* paths.c: what each call that takes a path says of each kind of path: POSIX's errors. */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

extern char **environ;
int lstat(const char *path, struct stat *out);

enum kind { FILE_THERE, FOLDER, MISSING, NO_PARENT, THROUGH_FILE, FILE_SLASH, EMPTY, LONG_NAME,
            LONG_PATH, KINDS };

static char long_name[300], long_path[1100];
static const char *const paths[KINDS] = {
    "/boot/init.cmd", "/boot", "/boot/none", "/none/none", "/boot/init.cmd/x", "/boot/init.cmd/",
    "", long_name, long_path};

static int result_of(int result) {
  int error = errno;
  if (result >= 0) close(result);
  return result < 0 ? error : 0;
}

static int plain(int result) { return result < 0 ? errno : 0; }

static int open_read(const char *p) { return result_of(open(p, O_RDONLY)); }
static int open_folder(const char *p) { return result_of(open(p, O_RDONLY | O_DIRECTORY)); }
static int open_write(const char *p) { return result_of(open(p, O_WRONLY)); }
static int open_both(const char *p) { return result_of(open(p, O_RDWR | O_APPEND)); }
static int open_truncate(const char *p) { return result_of(open(p, O_WRONLY | O_TRUNC)); }
static int open_make(const char *p) { return result_of(open(p, O_RDWR | O_CREAT, 0666)); }
static int open_make_read(const char *p) { return result_of(open(p, O_RDONLY | O_CREAT, 0666)); }
static int open_new(const char *p) {
  return result_of(open(p, O_RDWR | O_CREAT | O_EXCL, 0666));
}
static int stat_it(const char *p) {
  struct stat info;
  return plain(stat(p, &info));
}
static int lstat_it(const char *p) {
  struct stat info;
  return plain(lstat(p, &info));
}
static int can_read(const char *p) { return plain(access(p, R_OK)); }
static int can_write(const char *p) { return plain(access(p, W_OK)); }
static int list_it(const char *p) {
  DIR *directory = opendir(p);
  int error = errno;
  if (directory) closedir(directory);
  return directory ? 0 : error;
}
static int unlink_it(const char *p) { return plain(unlink(p)); }
static int rmdir_it(const char *p) { return plain(rmdir(p)); }
static int mkdir_it(const char *p) { return plain(mkdir(p, 0777)); }
static int rename_from(const char *p) { return plain(rename(p, "/x")); }
static int rename_file_to(const char *p) { return plain(rename("/boot/init.cmd", p)); }
static int rename_folder_to(const char *p) { return plain(rename("/boot", p)); }
static int link_to(const char *p) { return plain(link("/boot/init.cmd", p)); }
static int spawn_it(const char *p) {
  char *arguments[] = {(char *)"x", NULL};
  pid_t child;
  int error = posix_spawn(&child, p, NULL, NULL, arguments, environ);
  if (!error) waitpid(child, NULL, 0);
  return error;
}

#define LONG ENAMETOOLONG
static const struct {
  const char *name;
  int (*call)(const char *path);
  int wanted[KINDS];
} calls[] = {
    /*                           file    folder  missing no parent through  file/    ""  */
    {"open_read", open_read, {0, 0, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"open_folder", open_folder,
     {ENOTDIR, 0, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"open_write", open_write,
     {EROFS, EISDIR, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"open_both", open_both,
     {EROFS, EISDIR, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"open_truncate", open_truncate,
     {EROFS, EISDIR, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"open_make", open_make,
     {EROFS, EISDIR, EROFS, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"open_make_read", open_make_read,
     {0, EISDIR, EROFS, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"open_new", open_new,
     {EEXIST, EEXIST, EROFS, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"stat", stat_it, {0, 0, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"lstat", lstat_it, {0, 0, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"access_read", can_read, {0, 0, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"access_write", can_write,
     {EROFS, EROFS, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"opendir", list_it, {ENOTDIR, 0, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"unlink", unlink_it,
     {EROFS, EISDIR, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"rmdir", rmdir_it, {ENOTDIR, EROFS, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"mkdir", mkdir_it, {EEXIST, EEXIST, EROFS, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"rename_from", rename_from,
     {EROFS, EROFS, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"rename_file_to", rename_file_to,
     {EROFS, EISDIR, EROFS, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"rename_folder_to", rename_folder_to,
     {ENOTDIR, EROFS, EROFS, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"link_to", link_to, {EEXIST, EEXIST, EROFS, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
    {"spawn", spawn_it,
     {ENOEXEC, EACCES, ENOENT, ENOENT, ENOTDIR, ENOTDIR, ENOENT, LONG, LONG}},
};

int main(void) {
  memset(long_name, 'n', sizeof long_name - 1);
  long_name[0] = '/';
  for (size_t i = 0; i + 2 < sizeof long_path; i += 2) memcpy(long_path + i, "/.", 3);
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    bool ok = true;
    for (int kind = 0; kind < KINDS; kind++) {
      int got = calls[i].call(paths[kind]);
      if (got == calls[i].wanted[kind]) continue;
      printf("%s of %.20s: %d, not %d\n", calls[i].name, paths[kind], got, calls[i].wanted[kind]);
      ok = false;
    }
    char name[40];
    snprintf(name, sizeof name, "paths_%s", calls[i].name);
    CHECK(name, ok);
  }
  errno = 0;
  CHECK("paths_mode_that_is_none", open("/boot", O_ACCMODE) < 0 && errno == EINVAL);
  errno = 0;
  CHECK("paths_no_such_access", access("/boot", 64) < 0 && errno == EINVAL);
  errno = 77;
  CHECK("system_leaves_errno_alone", system("echo") == 0 && errno == 77);
  return finish();
}
