/* direct_map.c: promised pages on a machine with more RAM than the direct map and no swap (D3):
 *   direct_map [BEYOND]
 * BEYOND: pages, about as many as there are beyond it. Others fill the direct map with data, leave
 * what is beyond it, and take regions until they get no more: then the promised pages are touched,
 * each of which needs a page table in the direct map. */
#include "check.h"

#define RW_PROMISED (RW | VM_MEM_GUARANTEED)
#define BLOCKS 400
#define HOGS 12
#define QUICK 3000000000ull /* ns */

static const char *self;

static uint64_t frames_free(void) { return stats_now().frames_free; }

static uint64_t since_boot(void) {
  struct sys_time now;
  if (!SysClock(SYS_CLOCK_MONOTONIC, &now)) die("SysClock");
  return now.ns;
}

static void stay(void) {
  for (;;) ThrSleep(1000000000000ull);
}

static void take(size_t pages) {
  volatile char *block = take_pages(pages);
  for (size_t i = 0; i < pages; i++) block[i * PAGE] = 1;
  stay();
}

/* Until n frames are free, or it is ended. */
static void fill(uint64_t leave) {
  volatile char *block = take_pages(0x70000);
  for (size_t i = 0; i < 0x70000; i++) {
    if (i % 16 == 0 && frames_free() <= leave) break;
    block[i * PAGE] = 1;
  }
  stay();
}

static void regions(void) {
  while (VmmAlloc(1, NULL, RW)) {
  }
  stay();
}

static uint32_t start(const char *what, const char *number) {
  const char *const argv[] = {self, what, number, NULL};
  return start_program(self, argv);
}

static void settle(void) {
  uint64_t last = 0;
  for (int same = 0; same < 4;) {
    uint64_t now = frames_free();
    same = now == last ? same + 1 : 0;
    last = now;
    ThrSleep(100000000);
  }
}

static volatile char *promised[BLOCKS];

int main(int argc, char **argv) {
  self = argv[0];
  if (argc > 2 && strcmp(argv[1], "take") == 0) take(strtoul(argv[2], NULL, 0));
  if (argc > 2 && strcmp(argv[1], "fill") == 0) fill(strtoul(argv[2], NULL, 0));
  if (argc > 2 && strcmp(argv[1], "regions") == 0) regions();
  const char *beyond = argc > 1 ? argv[1] : "130000";

  size_t blocks = 0;
  for (uintptr_t at = 0x10000000; blocks < BLOCKS; blocks++, at += 4u << 20) {
    promised[blocks] = VmmAlloc(1, (void *)at, RW_PROMISED);
    if (!promised[blocks]) break;
  }
  CHECK("D3_blocks_are_promised", blocks == BLOCKS);
  uint32_t taker = start("take", beyond);
  if (!taker) die("take");
  settle();
  uint32_t filler = start("fill", "10");
  settle();
  ProcKill(taker);
  wait_for(taker);
  CHECK("D3_there_is_room_beyond_the_direct_map", frames_free() > strtoul(beyond, NULL, 0) / 2);

  uint32_t hogs[HOGS];
  uint64_t longest = 0;
  for (size_t i = 0; i < HOGS; i++) {
    uint64_t begin = since_boot();
    hogs[i] = start("regions", "0");
    uint64_t took = since_boot() - begin;
    if (took > longest) longest = took;
    settle();
  }
  CHECK("D3_a_start_that_cannot_be_is_refused_quickly", longest < QUICK);
  bool kept = true;
  for (size_t i = 0; i < blocks; i++) promised[i][0] = 1;
  for (size_t i = 0; i < blocks; i++) kept = kept && promised[i][0] == 1;
  CHECK("D3_promised_pages_get_their_tables", kept);
  for (size_t i = 0; i < HOGS; i++) {
    if (hogs[i]) ProcKill(hogs[i]);
  }
  ProcKill(filler);
  return finish();
}
