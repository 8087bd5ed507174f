/* errnos.c: how calls refuse: what POSIX has for each reason, and no flag is dropped silently. */
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include "check.h"

static int spawn_error(const char *path) {
  char *argv[] = {"program", NULL};
  pid_t pid;
  return posix_spawn(&pid, path, NULL, NULL, argv, NULL);
}

static void spawns(void) {
  static char name[300], path[2000];
  name[0] = path[0] = '/';
  memset(name + 1, 'x', 256);
  for (size_t i = 1; i < 1500; i++) path[i] = i % 2 ? 'x' : '/';
  CHECK("spawn_of_nothing_is_ENOENT", spawn_error("/bin/nothing.exe") == ENOENT);
  CHECK("spawn_of_a_directory_is_EACCES", spawn_error("/bin") == EACCES);
  CHECK("spawn_below_a_file_is_ENOTDIR", spawn_error("/bin/hello.exe/x") == ENOTDIR);
  CHECK("spawn_of_a_text_is_ENOEXEC", spawn_error("/licences/LICENSE") == ENOEXEC);
  CHECK("spawn_of_a_name_of_256_is_ENAMETOOLONG", spawn_error(name) == ENAMETOOLONG);
  name[256] = '\0';
  CHECK("spawn_of_a_name_of_255_is_ENOENT", spawn_error(name) == ENOENT);
  CHECK("spawn_of_a_path_of_1500_is_ENAMETOOLONG", spawn_error(path) == ENAMETOOLONG);
  CHECK("spawn_of_no_path_is_ENOENT", spawn_error("") == ENOENT);
}

static int open_error(const char *path, uint32_t rights) {
  errno = 0;
  return FileOpen(path, rights) ? 0 : errno;
}

static void files(void) {
  CHECK("open_to_write_is_EROFS", open_error("/bin/hello.exe", FILE_WRITE) == EROFS);
  CHECK("open_to_read_and_write_is_EROFS",
        open_error("/bin/hello.exe", FILE_READ | FILE_WRITE) == EROFS);
  CHECK("open_of_a_directory_to_write_is_EISDIR", open_error("/bin", FILE_WRITE) == EISDIR);
  CHECK("open_of_nothing_to_write_is_ENOENT", open_error("/nothing", FILE_WRITE) == ENOENT);
  CHECK("open_of_no_path_is_ENOENT", open_error("", FILE_READ) == ENOENT);
  CHECK("open_of_a_relative_path_is_EINVAL", open_error("bin", FILE_READ) == EINVAL);
  CHECK("open_without_rights_is_EINVAL", open_error("/bin", 0) == EINVAL);
  CHECK("open_with_unknown_rights_is_EINVAL", open_error("/bin", FILE_READ | 4) == EINVAL);
}

static void handles(void) {
  handle_t all[2000];
  size_t count = 0;
  errno = 0;
  while (count < 2000 && (all[count] = FileOpen("/bin", FILE_READ))) count++;
  CHECK("too_many_handles_is_EMFILE", errno == EMFILE);
  while (count > 0) HndClose(all[--count]);
}

static bool protect_is_refused(void *block, uint32_t flags) {
  errno = 0;
  return !VmmProtect(block, 1, flags) && errno == EINVAL;
}

static void flags(void) {
  char *block = take_pages(2);
  block[0] = 7;
  CHECK("R20_protect_takes_no_promise", protect_is_refused(block, RW | VM_MEM_GUARANTEED));
  CHECK("R20_protect_takes_no_eagerness", protect_is_refused(block, VM_MEM_READ | VM_MEM_EAGER));
  CHECK("R20_protect_takes_what_alloc_ignores",
        VmmProtect(block, 1, RW | VM_MEM_USER | VM_MEM_ZERO) && block[0] == 7);
  bool ok = true;
  for (uint32_t bit = 0x20; bit != 0; bit <<= 1) {
    bool known = bit == VM_MEM_GUARANTEED || bit == VM_MEM_EAGER;
    EXPECT(ok, protect_is_refused(block, RW | bit));
    errno = 0;
    if (!known) EXPECT(ok, !VmmAlloc(1, NULL, RW | bit) && errno == EINVAL);
  }
  CHECK("R20_no_call_drops_a_flag", ok);
  VmmFree(block);
}

int main(void) {
  spawns();
  files();
  handles();
  flags();
  return finish();
}
