/* heap_back.c: what malloc costs a process (R22): the first one hardly any page faults, and a
 * program that has shrunk its memory. Wants a machine of 256 MiB. */
#include <time.h>

#include "check.h"

#define TOTAL (100u << 20)

static void *blocks[TOTAL / 96];

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t frames_free(void) { return stats_now().frames_free; }

/* 100 MiB in blocks of so many bytes, all written to; back, but for 1 MiB, within a second. */
static bool goes_back(size_t bytes) {
  bool ok = true;
  uint64_t before = frames_free();
  size_t count = TOTAL / bytes;
  for (size_t i = 0; i < count; i++) {
    blocks[i] = malloc(bytes);
    EXPECT(ok, blocks[i] != NULL);
    if (!ok) return false;
    memset(blocks[i], 1, bytes);
  }
  EXPECT(ok, before - frames_free() >= TOTAL / PAGE);
  /* Every second one first: nothing is whole before the end. */
  for (size_t i = 0; i < count; i += 2) free(blocks[i]);
  double start = seconds();
  for (size_t i = 1; i < count; i += 2) free(blocks[i]);
  while (before > frames_free() + (1u << 20) / PAGE && seconds() - start < 1) ThrYield();
  EXPECT(ok, before <= frames_free() + (1u << 20) / PAGE);
  return ok;
}

/* 64 MiB touched for the first time, in blocks of so many bytes: at most a seventh of the faults
 * that a page at a time would be, and at most a tenth more memory. */
#define FIRST (64u << 20)
static bool first_touch(size_t bytes) {
  bool ok = true;
  struct vmm_stats before = stats_now();
  size_t count = FIRST / bytes;
  for (size_t i = 0; i < count; i++) {
    blocks[i] = malloc(bytes);
    EXPECT(ok, blocks[i] != NULL);
    if (!ok) return false;
    memset(blocks[i], 1, bytes);
  }
  struct vmm_stats then = stats_now();
  EXPECT(ok, (then.faults_minor - before.faults_minor) * 7 <= FIRST / PAGE);
  EXPECT(ok, before.frames_free - then.frames_free <= FIRST / PAGE * 11 / 10);
  printf("%u faults, %u frames for %u pages\n", (unsigned)(then.faults_minor - before.faults_minor),
         (unsigned)(before.frames_free - then.frames_free), FIRST / PAGE);
  for (size_t i = 0; i < count; i++) free(blocks[i]);
  return ok;
}

int main(void) {
  static struct vmm_stats first, then;
  VmmStats(&then, sizeof then); /* its page and its code have been touched from here on */
  VmmStats(&first, sizeof first);
  char *volatile p = malloc(100);
  VmmStats(&then, sizeof then);
  /* Of memory; what is not in memory of the program's code comes from its file, once for all. */
  CHECK("R22_first_malloc_takes_three_faults", p && then.faults_minor - first.faults_minor <= 3);
  CHECK("R22_and_two_pages_of_code", then.faults_major - first.faults_major <= 2);
  free(p);
  memset(blocks, 1, sizeof blocks); /* our own memory is there from here on */
  CHECK("R22_64_MiB_in_one_block_by_few_faults", first_touch(FIRST));
  CHECK("R22_64_MiB_in_blocks_of_1000_bytes_by_few_faults", first_touch(1000));
  CHECK("R22_64_MiB_in_blocks_of_20000_bytes_by_few_faults", first_touch(20000));
  CHECK("R22_100_MiB_of_96_bytes_go_back", goes_back(96));
  CHECK("R22_100_MiB_of_1000_bytes_go_back", goes_back(1000));
  CHECK("R22_100_MiB_of_5000_bytes_go_back", goes_back(5000));
  CHECK("R22_100_MiB_of_100000_bytes_go_back", goes_back(100000));
  CHECK("R22_100_MiB_of_400000_bytes_go_back", goes_back(400000));
  CHECK("R22_100_MiB_of_5_MiB_go_back", goes_back(5u << 20));
  return finish();
}
