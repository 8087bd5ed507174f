/* sys/dirent.h: what <dirent.h> leaves to the system. */
#ifndef MOBIUS_SYS_DIRENT_H
#define MOBIUS_SYS_DIRENT_H

#include <stdint.h>
#include <sys/types.h>

enum { DT_UNKNOWN = 0, DT_CHR = 2, DT_DIR = 4, DT_REG = 8 };

struct dirent {
  ino_t d_ino;
  uint64_t d_size; /* bytes; ours */
  unsigned char d_type;
  char d_name[256];
};

typedef struct DIR DIR;

#endif
