/* files.c: reads files in several ways and prints each one's length and CRC-32, for the test to
 * compare with the file on the host:  files PATH... */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static uint32_t crc_of(uint32_t crc, const unsigned char *p, size_t bytes) {
  crc = ~crc;
  for (; bytes > 0; bytes--) {
    crc ^= *p++;
    for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

static unsigned char buffer[70000];

/* With read() in pieces of `piece` bytes. */
static uint32_t read_all(const char *path, size_t piece, size_t *length) {
  int file = open(path, O_RDONLY);
  uint32_t crc = 0;
  ssize_t count;
  *length = 0;
  if (file < 0) die(path);
  while ((count = read(file, buffer, piece)) > 0) {
    crc = crc_of(crc, buffer, (size_t)count);
    *length += (size_t)count;
  }
  if (count < 0) die("read");
  close(file);
  return crc;
}

static uint32_t read_stdio(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  uint32_t crc = 0;
  size_t count;
  *length = 0;
  if (!file) die("fopen");
  while ((count = fread(buffer, 1, 5000, file)) > 0) {
    crc = crc_of(crc, buffer, count);
    *length += count;
  }
  fclose(file);
  return crc;
}

/* Pieces fetched from the end to the start, put together again. */
static bool seek_backwards(const char *path, size_t length) {
  int file = open(path, O_RDONLY);
  unsigned char *all = malloc(length + 1), *whole = malloc(length + 1);
  bool ok = all && whole && read(file, whole, length + 1) == (ssize_t)length;
  for (size_t end = length; ok && end > 0;) {
    size_t piece = end < 4999 ? end : 4999;
    end -= piece;
    EXPECT(ok, lseek(file, (off_t)end, SEEK_SET) == (off_t)end);
    EXPECT(ok, read(file, all + end, piece) == (ssize_t)piece);
  }
  EXPECT(ok, memcmp(all, whole, length) == 0);
  EXPECT(ok, lseek(file, 0, SEEK_END) == (off_t)length);
  EXPECT(ok, read(file, all, 1) == 0);
  free(all);
  free(whole);
  close(file);
  return ok;
}

/* The volume cannot be written; what is wrong besides that comes first. */
static void check_read_only(void) {
  errno = 0;
  CHECK("files_missing_is_ENOENT", open("/no/such/file", O_RDONLY) < 0 && errno == ENOENT);
  errno = 0;
  CHECK("files_are_read_only", open("/boot/init.cmd", O_RDWR) < 0 && errno != 0);
  errno = 0;
  CHECK("files_none_is_made", open("/run/new", O_RDWR | O_CREAT, 0666) < 0 && errno == EROFS);
  errno = 0;
  CHECK("files_no_tmpfile", tmpfile() == NULL && errno == ENOENT);
  errno = 0;
  CHECK("files_none_is_removed", remove("/boot/init.cmd") < 0 && errno == EROFS);
  errno = 0;
  CHECK("files_missing_is_not_removed", remove("/no/such") < 0 && errno == ENOENT);
  errno = 0;
  CHECK("files_none_is_renamed", rename("/boot/init.cmd", "/x") < 0 && errno == EROFS);
  errno = 0;
  CHECK("files_missing_is_not_renamed", rename("/no/such", "/x") < 0 && errno == ENOENT);
  errno = 0;
  CHECK("files_no_folder_is_made", mkdir("/x", 0777) < 0 && errno == EROFS);
  errno = 0;
  CHECK("files_folder_that_is_there", mkdir("/boot", 0777) < 0 && errno == EEXIST);
  errno = 0;
  CHECK("files_no_folder_is_removed", rmdir("/boot") < 0 && errno == EROFS);
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    size_t lengths[3];
    struct stat info;
    uint32_t crc = read_all(argv[i], 4096, &lengths[0]);
    bool ok = read_all(argv[i], 69999, &lengths[1]) == crc;
    EXPECT(ok, read_stdio(argv[i], &lengths[2]) == crc);
    EXPECT(ok, lengths[0] == lengths[1] && lengths[0] == lengths[2]);
    EXPECT(ok, stat(argv[i], &info) == 0 && (size_t)info.st_size == lengths[0]);
    EXPECT(ok, S_ISREG(info.st_mode));
    printf("%s %u %08x\n", argv[i], (unsigned)lengths[0], (unsigned)crc);
    CHECK("files_read_the_same_in_every_way", ok);
    CHECK("files_seek", seek_backwards(argv[i], lengths[0]));
  }
  check_read_only();
  return finish();
}
