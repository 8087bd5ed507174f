/* bad_heap.c: misuse of the heap (R22): each is found and named in one line, and ends the process.
 * Without an argument it starts itself once for each. */
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void put(char *p, size_t at, char what) { ((volatile char *)p)[at] = what; }
static void *volatile kept;

/* The compiler must not know better. */
static char *hidden(void *p) {
  __asm__("" : "+r"(p));
  return p;
}

static char *block(size_t bytes) {
  kept = malloc(bytes);
  return hidden(kept);
}

static void twice(void) {
  char *p = block(40);
  free(p);
  free(kept);
}

/* Others lie above it in the list. */
static void twice_later(void) {
  char *p = hidden(block(40)), *others[20];
  for (int i = 0; i < 20; i++) others[i] = malloc(40);
  kept = p;
  free(p);
  for (int i = 0; i < 20; i++) free(others[i]);
  free(hidden(kept));
}

static void twice_large(void) {
  char *p = block(1000000);
  free(p);
  free(kept);
}

static void inside(void) { free(block(100) + 16); }
static void inside_large(void) { free(block(1000000) + PAGE); }
static void foreign(void) { free(hidden((void *)&kept)); }
static void foreign_vmm(void) { free(take_pages(4)); }
static void never(void) { free(hidden((void *)0x12345670)); }

/* Nobody was handed these: the next of a page, and one of a page behind it. */
static void neighbour(void) { free(block(3000) + 3072); }
static void neighbour_large(void) { free(block(20000) + 20480); }
static void neighbour_reallocated(void) { kept = realloc(block(3000) + 3072, 10); }

static void written_after(void) {
  char *p = block(40);
  free(p);
  put(kept, 0, 'x');
  kept = malloc(40);
}

static void written_after_junk(void) {
  char *p = block(4000);
  free(p);
  put(kept, 3000, 'x');
  kept = malloc(4000);
}

static void beyond(void) {
  char *p = block(40);
  put(p, 40, 'x');
  free(p);
}

static void beyond_large(void) {
  size_t bytes = 300000; /* not a multiple of a page: the guard is behind the last one */
  put(block(bytes), (bytes + PAGE - 1) / PAGE * PAGE, 'x');
}

static void wrong_size(void) { free_sized(block(40), 4000); }
static void reallocated(void) { kept = realloc(block(100) + 32, 200); }

static const struct misuse {
  const char *name;
  void (*commit)(void);
  const char *options;
  int status; /* as a shell says it */
} misuses[] = {
    {"twice", twice, "", 139},
    {"twice_later", twice_later, "", 139},
    {"twice_large", twice_large, "", 139},
    {"inside", inside, "", 139},
    {"inside_large", inside_large, "", 139},
    {"foreign", foreign, "", 139},
    {"foreign_vmm", foreign_vmm, "", 139},
    {"never", never, "", 139},
    {"neighbour", neighbour, "", 139},
    {"neighbour_large", neighbour_large, "", 139},
    {"neighbour_reallocated", neighbour_reallocated, "", 139},
    {"neighbour_debug", neighbour, "D", 139},
    {"written_after", written_after, "", 139},
    {"wrong_size", wrong_size, "", 139},
    {"reallocated", reallocated, "", 139},
    {"twice_debug", twice, "D", 139},
    {"inside_debug", inside, "D", 139},
    {"beyond", beyond, "C", 139},
    {"beyond_debug", beyond, "CD", 139},
    {"written_after_junk", written_after_junk, "J", 139},
    {"beyond_large", beyond_large, "G", 139},
};

static int status_of(const struct misuse *misuse) {
  char option[40];
  snprintf(option, sizeof option, "MALLOC_OPTIONS=%s", misuse->options);
  char *arguments[] = {"bad_heap", (char *)misuse->name, NULL};
  char *environment[] = {option, NULL};
  pid_t child;
  int status = 0;
  printf("now %s\n", misuse->name);
  fflush(stdout);
  if (posix_spawn(&child, "/run/bad_heap.exe", NULL, NULL, arguments, environment)) return -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv) {
  for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++) {
    const struct misuse *misuse = &misuses[i];
    if (argc == 1) {
      char name[60];
      int status = status_of(misuse);
      snprintf(name, sizeof name, "R22_misuse_%s_ends_with_%d", misuse->name, misuse->status);
      if (status != misuse->status) printf("status %d\n", status);
      CHECK(name, status == misuse->status);
    } else if (strcmp(argv[1], misuse->name) == 0) {
      misuse->commit();
      printf("nothing happened\n");
      return 0;
    }
  }
  return finish();
}
