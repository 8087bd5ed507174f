/* init.c: process 1 of the Linux that is measured beside Mobius: brings up what the measurements
 * need, runs them in a child, powers off. `scripts/bench --beside linux` boots it.
 *
 * Each measurement is the same loop, with the same counts and statistic, as the one of that name in
 * user/bench; it prints the same `BENCH name insn value`. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "measure.h"

static uint64_t began;

void die(const char *what) {
  printf("FAIL %s: %s\n", what, strerror(errno));
  fflush(stdout);
  _exit(1);
}

void start(void) { began = rdtsc(); }
void stop(struct rounds *rounds, double operations) {
  uint64_t ticks = rdtsc() - began;
  if (rounds->count < 64) rounds->mean[rounds->count++] = ticks / operations;
}

static int order_double(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}
static int order_u32(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

void report_value(const char *name, double value) {
  printf("BENCH %s insn %.0f\n", name, value);
  fflush(stdout);
}
void report(const char *name, struct rounds *rounds) {
  qsort(rounds->mean, rounds->count, sizeof(double), order_double);
  report_value(name, rounds->mean[rounds->count / 2]);
  rounds->count = 0;
}
void report_each(const char *name, uint32_t *values, size_t count) {
  if (count == 0) die(name);
  qsort(values, count, sizeof *values, order_u32);
  report_value(name, values[count / 2]);
}

void write_file(const char *path, const char *text) {
  int file = open(path, O_WRONLY);
  if (file < 0 || write(file, text, strlen(text)) < 0) die(path);
  close(file);
}

long number_in(const char *path, const char *name) {
  static char text[65536];
  int file = open(path, O_RDONLY);
  size_t used = 1, length = strlen(name);
  ssize_t got;
  text[0] = '\n';
  while ((got = read(file, text + used, sizeof text - 1 - used)) > 0) used += (size_t)got;
  text[used] = 0;
  close(file);
  for (char *line = text; (line = strchr(line, '\n')) != NULL; line++)
    if (strncmp(line + 1, name, length) == 0 && line[1 + length] == ' ')
      return atol(line + 2 + length);
  die(name);
  return 0;
}

long context_switches(void) { return number_in("/proc/stat", "ctxt"); }

/* The drivers of the swap disk, in the order of their names: 0 needs nobody, 1 at most 0... */
static void load_modules(void) {
  char path[32];
  for (int i = 0;; i++) {
    snprintf(path, sizeof path, "/modules/%d.ko", i);
    int file = open(path, O_RDONLY);
    if (file < 0) return;
    if (syscall(SYS_finit_module, file, "", 0)) die(path);
    close(file);
  }
}

static void mount_all(void) {
  mkdir("/proc", 0755);
  mkdir("/sys", 0755);
  mkdir("/t", 0755);
  if (mount("proc", "/proc", "proc", 0, "") || mount("sysfs", "/sys", "sysfs", 0, "") ||
      mount("dev", "/dev", "devtmpfs", 0, "") ||
      mount("debugfs", "/sys/kernel/debug", "debugfs", 0, "") ||
      mount("tmpfs", "/t", "tmpfs", 0, "size=90m"))
    die("mount");
}

/* Words `name=value` that the kernel does not know are our environment. */
static void measure(void) {
  const char *swap = getenv("swap"), *pages = getenv("pages");
  if (!swap || !pages) {
    measure_memory();
    measure_processes();
    return;
  }
  load_modules();
  measure_swap((uint32_t)atol(pages), strcmp(swap, "costs") == 0);
}

int main(void) {
  int status = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  mount_all();
  pid_t child = fork();
  if (child == 0) {
    measure();
    _exit(0);
  }
  while (waitpid(child, &status, 0) != child) {}
  printf("END %d\n", status);
  fflush(stdout);
  tcdrain(1);
  reboot(RB_POWER_OFF);
  for (;;) pause();
}
