/* hog.c: takes one resource whole (S1):  hog WHAT [stay]
 * memory, brink, promises, regions, threads, children, handles, tables. Prints how much it got and
 * what it was told then; with `stay` it keeps it until it is killed. */
#include "check.h"

static const char *self;

static size_t hog_memory(void) { /* ends by a report: nothing was promised */
  size_t pages = 0;
  for (;;) {
    volatile char *block = VmmAlloc(256, NULL, RW);
    if (!block) return pages;
    for (size_t i = 0; i < 256; i++, pages++) block[i * PAGE] = 1;
  }
}

static volatile char *brink;
static size_t brink_pages;

static void take_until(uint64_t frames_free) {
  struct vmm_stats stats;
  do {
    *(volatile size_t *)&brink[brink_pages * PAGE] = brink_pages + 1;
    brink_pages++;
    VmmStats(&stats, sizeof stats);
  } while (stats.frames_free > frames_free || stats.slots_free > 0);
}

/* All memory, RAM and swap, but what is promised to the shell; the last of it by press_on(). */
static size_t hog_brink(void) {
  brink = VmmAlloc(0x40000, NULL, RW);
  take_until(200);
  errno = ENOMEM;
  return brink_pages;
}

/* The last it can get: 96 frames are promised, 32 kept for images. Never again needs a page that it
 * has not. */
static void press_on(void) {
  take_until(132);
  for (;;) __asm__ volatile("");
}

/* A little is given back at the end: saying so takes memory, too. */
static size_t hog_promises(void) {
  size_t pages = 0;
  void *spare = VmmAlloc(64, NULL, RW | VM_MEM_GUARANTEED);
  for (size_t step = 1024; step > 0; step /= 2) {
    while (VmmAlloc(step, NULL, RW | VM_MEM_GUARANTEED)) pages += step;
  }
  int error = errno;
  VmmFree(spare);
  errno = error;
  return pages;
}

static size_t hog_regions(void) {
  size_t count = 0;
  while (VmmAlloc(1, NULL, RW)) count++;
  return count;
}

/* A page in every 4 MiB: each takes a page table. */
static size_t hog_tables(void) {
  size_t count = 0;
  for (uintptr_t at = 0x10000000; at < 0x7F000000; at += 4u << 20) {
    volatile char *block = VmmAlloc(1, (void *)at, RW);
    if (!block) return count;
    *block = 1;
    count++;
  }
  return count;
}

static void sleep_for_ever(void *argument) {
  (void)argument;
  for (;;) ThrSleep(1000000000000ull);
}

static size_t hog_threads(void) {
  size_t count = 0;
  while (ThrCreate(sleep_for_ever, NULL, 0, NULL)) count++;
  return count;
}

static size_t hog_children(void) {
  const char *const argv[] = {self, "sleep", NULL};
  size_t count = 0;
  while (start_program(self, argv)) count++;
  return count;
}

static size_t hog_handles(void) {
  size_t count = 0;
  while (FileOpen("/boot", FILE_READ)) count++;
  return count;
}

static const struct {
  const char *name;
  size_t (*take)(void);
  int error; /* what is said at the limit; ENOMEM may come before */
} hogs[] = {{"memory", hog_memory, 0},         {"brink", hog_brink, 0},
            {"promises", hog_promises, 0},     {"regions", hog_regions, 0},
            {"tables", hog_tables, 0},         {"threads", hog_threads, EAGAIN},
            {"children", hog_children, EAGAIN}, {"handles", hog_handles, EMFILE}};

/* Ends the children that hog_children left. */
static void end_children(void) {
  static struct proc_info all[2048];
  size_t count = ProcList(all, sizeof all / sizeof *all);
  for (size_t i = 0; i < count; i++) {
    if (all[i].parent == ProcSelf() && all[i].end == PROC_RUNNING) ProcKill(all[i].pid);
  }
  struct proc_status ended;
  while (ProcWait(0, UINT64_MAX, &ended)) {
  }
}

int main(int argc, char **argv) {
  self = argv[0];
  if (argc > 1 && strcmp(argv[1], "sleep") == 0) sleep_for_ever(NULL);
  for (size_t i = 0; argc > 1 && i < sizeof hogs / sizeof *hogs; i++) {
    if (strcmp(argv[1], hogs[i].name) != 0) continue;
    static char buffer[256];
    setvbuf(stdout, buffer, _IOLBF, sizeof buffer);
    printf("%s: taking all\n", hogs[i].name);
    errno = 0;
    size_t count = hogs[i].take();
    int error = errno;
    printf("%s: got %u, errno %d\n", hogs[i].name, (unsigned)count, error);
    fflush(stdout);
    if (argc > 2 && brink) press_on();
    if (argc > 2) sleep_for_ever(NULL);
    if (strcmp(argv[1], "children") == 0) end_children();
    bool as_it_should = error == ENOMEM || (error != 0 && error == hogs[i].error);
    return as_it_should || strcmp(argv[1], "tables") == 0 ? 0 : 1;
  }
  printf("usage: hog memory|brink|promises|regions|tables|threads|children|handles [stay]\n");
  return 2;
}
