/* sysconf.c: what a program may ask about the machine and this libc. */
#include <errno.h>
#include <limits.h>
#include <time.h>
#include <unistd.h>

#include "mobius.h"

#define PAGE_BYTES 4096

/* In bytes, the kernel tells; as POSIX has it, in pages. -1: it does not. */
static long pages(int name) {
  struct vmm_stats stats;
  if (!VmmStats(&stats, sizeof stats)) return -1;
  return name == _SC_PHYS_PAGES ? (long)stats.frames_total : (long)stats.frames_free;
}

/* -1 and errno unchanged: there is no limit, or none that is known. */
long sysconf(int name) {
  switch (name) {
    case _SC_PAGESIZE:
      return PAGE_BYTES;
    case _SC_NPROCESSORS_CONF:
    case _SC_NPROCESSORS_ONLN:
      return 1;
    case _SC_PHYS_PAGES:
    case _SC_AVPHYS_PAGES:
      return pages(name);
    case _SC_CLK_TCK:
      return CLOCKS_PER_SEC;
    case _SC_ARG_MAX:
    case _SC_CHILD_MAX:
    case _SC_OPEN_MAX:
    case _SC_STREAM_MAX:
    case _SC_LINE_MAX:
    case _SC_TZNAME_MAX:
      return -1;
    default:
      errno = EINVAL;
      return -1;
  }
}

int getpagesize(void) {
  return PAGE_BYTES;
}
