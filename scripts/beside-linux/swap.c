/* swap.c: a block of twice the memory is written, read, then read and rewritten: on Linux. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <time.h>
#include <unistd.h>
#include <linux/fs.h>
#include "measure.h"
#include "swap_marks.h"

static const char kDisk[] = "/dev/sda";

/* What mkswap writes: version, last page, signature. */
static void swap_on(void) {
  static char page[kPage];
  uint64_t bytes = 0;
  int disk = -1;
  for (int i = 0; i < 100 && (disk = open(kDisk, O_RDWR)) < 0; i++) usleep(100000);
  if (disk < 0 || ioctl(disk, BLKGETSIZE64, &bytes)) die(kDisk);
  uint32_t *header = (uint32_t *)(page + 1024);
  header[0] = 1;
  header[1] = (uint32_t)(bytes / kPage) - 1;
  memcpy(page + kPage - 10, "SWAPSPACE2", 10);
  if (pwrite(disk, page, kPage, 0) != kPage || fsync(disk)) die("mkswap");
  close(disk);
  if (swapon(kDisk, 0)) die("swapon");
}

static uint64_t now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Nanoseconds that all tasks but this one have run. The idle task is not among them. */
static uint64_t others_ns(void) {
  char path[300], text[100];
  uint64_t sum = 0;
  struct dirent *entry;
  DIR *all = opendir("/proc");
  if (!all) die("/proc");
  while ((entry = readdir(all)) != NULL) {
    if (!isdigit(entry->d_name[0]) || atoi(entry->d_name) == getpid()) continue;
    snprintf(path, sizeof path, "/proc/%s/schedstat", entry->d_name);
    int file = open(path, O_RDONLY);
    ssize_t got = read(file, text, sizeof text - 1);
    close(file);
    text[got > 0 ? got : 0] = 0;
    sum += strtoull(text, NULL, 10);
  }
  closedir(all);
  return sum;
}

static struct pass {
  uint64_t ticks, ns, busy;
  long in, out;
} began;

/* Our own run time is read last here and first at the end: looking at the others does not count. */
static void begin_pass(void) {
  began.in = number_in("/proc/vmstat", "pswpin");
  began.out = number_in("/proc/vmstat", "pswpout");
  began.busy = others_ns();
  began.busy += now_ns(CLOCK_PROCESS_CPUTIME_ID);
  began.ns = now_ns(CLOCK_MONOTONIC);
  began.ticks = rdtsc();
}

static struct pass end_pass(void) {
  struct pass pass = {.ticks = rdtsc() - began.ticks, .ns = now_ns(CLOCK_MONOTONIC) - began.ns};
  pass.busy = now_ns(CLOCK_PROCESS_CPUTIME_ID);
  pass.busy += others_ns() - began.busy;
  pass.in = number_in("/proc/vmstat", "pswpin") - began.in;
  pass.out = number_in("/proc/vmstat", "pswpout") - began.out;
  return pass;
}

static void end_rate(const char *name, uint32_t pages) {
  struct pass pass = end_pass();
  printf("SWAP %s pages %lu in %ld out %ld ticks %llu ns %llu\n", name, (unsigned long)pages,
         pass.in, pass.out, (unsigned long long)pass.ticks, (unsigned long long)pass.ns);
}

static void check_page(volatile uint32_t *block, uint32_t page, uint32_t generation) {
  if (!is_marked(block, page, generation)) die("a page is not what was written");
}

static void rewrite(volatile uint32_t *block, uint32_t pages) {
  begin_pass();
  for (uint32_t page = 0; page < pages; page++) {
    check_page(block, page, 1);
    mark_page(block, page, 2);
  }
  struct pass pass = end_pass();
  printf("NOTE swap_page: %ld pages in, %ld out\n", pass.in, pass.out);
  if (pass.in + pass.out < (long)pages) die("there was no swapping");
  report_value("swap_page", (double)pass.busy / (double)(pass.in + pass.out));
}

void measure_swap(uint32_t pages, int costs) {
  write_file("/proc/sys/vm/overcommit_memory", "1");
  swap_on();
  volatile uint32_t *block = mmap(NULL, (size_t)pages * kPage, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (block == MAP_FAILED) die("mmap");
  begin_pass();
  for (uint32_t page = 0; page < pages; page++) mark_page(block, page, 1);
  end_rate("out", pages);
  begin_pass();
  for (uint32_t page = 0; page < pages; page++) check_page(block, page, 1);
  end_rate("back", pages);
  if (costs) rewrite(block, pages);
}
