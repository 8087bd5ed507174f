/* stats.c: mallinfo and malloc_stats. What lies free in threads' caches and in spans counts as in
 * use: only the pages are counted. */
#include <malloc.h>
#include <stdio.h>

#include "kept.h"
#include "large.h"
#include "pages.h"

struct mallinfo mallinfo(void) {
  struct pages_state pages = pages_state();
  struct large_state large = large_state();
  struct mallinfo info = {0};
  info.arena = (size_t)pages.chunks * CHUNK_BYTES;
  info.uordblks = (size_t)pages.used * PAGE_BYTES;
  info.fordblks = (size_t)(pages.touched_free + kept_pages()) * PAGE_BYTES;
  info.hblks = large.blocks;
  info.hblkhd = large.bytes;
  return info;
}

struct mallinfo _mallinfo_r(struct _reent *reent) {
  (void)reent;
  return mallinfo();
}

void malloc_stats(void) {
  struct mallinfo info = mallinfo();
  fprintf(stderr,
          "malloc: %u KiB in use in %u KiB of chunks, %u KiB idle; %u large blocks, %u KiB\n",
          (unsigned)(info.uordblks >> 10), (unsigned)(info.arena >> 10),
          (unsigned)(info.fordblks >> 10), (unsigned)info.hblks, (unsigned)(info.hblkhd >> 10));
}

void _malloc_stats_r(struct _reent *reent) {
  (void)reent;
  malloc_stats();
}
