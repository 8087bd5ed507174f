/* swapbench.c: what page replacement and swapping cost:  swapbench [PAGES]
 *
 * First write, loop, Zipf, uniform, uniform read-only, Zipf + scan, one after the other in one
 * process on one block (38,512 pages, unless told), the state and the random numbers carried along;
 * each part's line has what VmmStats says of it. The twin that measured Linux has the same loops.
 * "resident" is how many frames the block has at the end of the part. */
#include "mobius.h"
#include "tool.h"

#define PAGE 4096u
#define DEFAULT_PAGES 38512

static volatile char *block;
static long pages;
static struct vmm_stats stats_before;
static uint64_t began_ns;

static uint64_t random_state = 88172645463325252ull;

static uint64_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

static uint64_t now_ns(void) {
  struct sys_time now = {0, 0};
  SysClock(SYS_CLOCK_MONOTONIC, &now);
  return now.ns;
}

static void begin(void) {
  VmmStats(&stats_before, sizeof stats_before);
  began_ns = now_ns();
}

static void end(const char *name, long touches) {
  uint64_t us = (now_ns() - began_ns) / 1000;
  struct vmm_stats now;
  struct vmm_block found = {0};
  VmmStats(&now, sizeof now);
  VmmQuery(0, (const void *)block, &found);
  const struct vmm_stats *then = &stats_before;
  uint64_t in = now.pages_in - then->pages_in, out = now.pages_out - then->pages_out;
  uint64_t ios_in = now.ios_in - then->ios_in, ios_out = now.ios_out - then->ios_out;
  uint64_t major = now.faults_major - then->faults_major;
  printf("%s: pages=%ld touches=%ld time=%.2fs\n", name, pages, touches, (double)us / 1e6);
  printf("  swap-ins=%llu pages_out=%llu ios_in=%llu ios_out=%llu pages/io=%.2f,%.2f\n",
         (unsigned long long)in, (unsigned long long)out, (unsigned long long)ios_in,
         (unsigned long long)ios_out, ios_in ? (double)in / (double)ios_in : 0.0,
         ios_out ? (double)out / (double)ios_out : 0.0);
  printf("  minor=%llu major=%llu bit_tests=%llu resident=%lu free=%llu\n",
         (unsigned long long)(now.faults_minor - then->faults_minor), (unsigned long long)major,
         (unsigned long long)(now.bit_tests - then->bit_tests),
         (unsigned long)(found.committed_clean + found.committed_dirty),
         (unsigned long long)now.frames_free);
  fflush(stdout);
}

static void zipf(long first_pages, long touches) {
  for (long i = 0; i < touches; i++) {
    double u = (double)(next_random() >> 11) * (1.0 / 9007199254740992.0);
    long page = (long)((double)first_pages * u * u * u);
    page = (page * 7919) % first_pages;
    block[(size_t)page * PAGE + (next_random() & 4092)]++;
    for (volatile int k = 0; k < 200; k++) {
    }
  }
}

static void first_write(void) {
  for (long i = 0; i < pages; i++) {
    for (unsigned j = 0; j < PAGE; j += 256) block[(size_t)i * PAGE + j] = (char)next_random();
  }
}

static void loop(void) {
  for (int pass = 0; pass < 3; pass++) {
    for (long i = 0; i < pages; i++) block[(size_t)i * PAGE + 8]++;
  }
}

static void uniform(bool write) {
  for (long i = 0; i < 60000; i++) {
    volatile char *at = &block[(size_t)(next_random() % (uint64_t)pages) * PAGE + 16];
    if (write) (*at)++;
    else (void)*at;
  }
}

static void zipf_and_scan(void) {
  for (int round = 0; round < 4; round++) {
    zipf(pages / 2, 60000);
    for (long i = pages / 2; i < pages; i++) block[(size_t)i * PAGE]++;
  }
}

static const struct tool about = {
    "swapbench", "[PAGES]",
    "Measures what page replacement and swapping cost, on a block of so many\n"
    "pages (38512).",
    NULL};

int main(int argc, char **argv) {
  tool_start(&about, argc, argv);
  if (argc > 2) tool_refuse(argv[2], "one number is all it takes");
  pages = argc > 1 ? (long)tool_number(argv[1], 2, 524288) : DEFAULT_PAGES;
  block = VmmAlloc((size_t)pages, NULL, VM_MEM_READ | VM_MEM_WRITE);
  if (!block) return tool_failed("no block");
  begin();
  first_write();
  end("first write", pages);
  begin();
  loop();
  end("loop x3", 3 * pages);
  begin();
  zipf(pages, 400000);
  end("zipf 400k", 400000);
  begin();
  uniform(true);
  end("uniform 60k", 60000);
  begin();
  uniform(false);
  end("uniform read 60k", 60000);
  begin();
  zipf_and_scan();
  end("zipf + scan", 240000);
  return VmmFree((void *)block) ? 0 : 1;
}
