/* spawn_arguments.c: arguments and environment of every shape arrive byte for byte, up to the last
 * byte there is room for, through ProcSpawn, posix_spawn and system().
 *   spawn_arguments             all of it; starts itself for each shape
 *   spawn_arguments SPEC ...    compares what it was started with with what SPEC says */
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define MOST 65536u /* of all strings, each with its NUL and a pointer */
#define POINTER 4u
#define MOST_STRINGS 14000

enum shape { ONE = 'o', MANY = 'm', EMPTY = 'e', RANDOM = 'r', WORDS = 'w' };
enum { ARGUMENTS, ENVIRONMENT, BOTH };

static const char *self;
static char bytes[MOST];
static size_t used;
static char *lists[2][MOST_STRINGS + 3];
static size_t counts[2];
static uint32_t state;

static uint32_t draw(void) {
  state ^= state << 13;
  state ^= state >> 17;
  return state ^= state << 5;
}

static void add(int part, size_t length, char first, uint32_t letters) {
  char *string = bytes + used;
  for (size_t i = 0; i < length; i++) string[i] = (char)(first + (int)(draw() % letters));
  string[length] = '\0';
  used += length + 1;
  lists[part][counts[part]++] = string;
}

static size_t length_of_next(enum shape shape, uint32_t total) {
  switch (shape) {
    case ONE: return total - POINTER - 1;
    case MANY: return 300;
    case EMPTY: return 0;
    case RANDOM: return draw() % (1u << draw() % 14);
    case WORDS: return 1 + draw() % 500;
  }
  return 0;
}

/* Strings that take `total` bytes at most with their pointers; ONE takes exactly that. */
static void generate(enum shape shape, int parts, uint32_t total, uint32_t seed) {
  state = seed * 2654435761u + 1;
  for (uint32_t left = total;;) {
    int part = parts == BOTH ? (int)(draw() % 2) : parts;
    size_t length = length_of_next(shape, total);
    if (length + 1 + POINTER > left || counts[part] == MOST_STRINGS) return;
    left -= (uint32_t)length + 1 + POINTER;
    add(part, length, shape == WORDS ? 'a' : 1, shape == WORDS ? 26 : 255);
  }
}

static bool same(char **got, char **wanted, size_t count, const char *what) {
  for (size_t i = 0; i < count; i++) {
    if (got[i] && strcmp(got[i], wanted[i]) == 0) continue;
    printf("%s %u of %u came as another\n", what, (unsigned)i, (unsigned)count);
    return false;
  }
  if (got[count]) printf("more than %u: %s\n", (unsigned)count, what);
  return got[count] == NULL;
}

static void generate_by(const char *spec) {
  char *rest;
  int parts = spec[1] - '0';
  uint32_t total = strtoul(spec + 3, &rest, 10);
  generate((enum shape)spec[0], parts, total, strtoul(rest + 1, NULL, 10));
}

/* Words come through the shell, which has an environment of its own. */
static int compare(int argc, char **argv, char **envp) {
  generate_by(argv[1]);
  bool ok = (size_t)argc == counts[0] + 2 && same(argv + 2, lists[0], counts[0], "argument");
  if (argv[1][0] != WORDS) ok = ok && same(envp, lists[1], counts[1], "variable");
  if (!ok) printf("not as sent: %s\n", argv[1]);
  return ok ? 0 : 1;
}

static char spec[64];

static uint32_t spent_before(void) {
  return (uint32_t)(strlen(self) + strlen(spec)) + 2 * (1 + POINTER);
}

/* The spec's numbers have leading zeros: it is as long, whatever they are. */
static void set_spec(enum shape shape, int parts, uint32_t total, uint32_t seed) {
  sniprintf(spec, sizeof spec, "%c%d:%05u:%05u", shape, parts, (unsigned)total, (unsigned)seed);
}

static int spawn_with(enum shape shape, int parts, uint32_t total, uint32_t seed, uint32_t *pid) {
  set_spec(shape, parts, total, seed);
  used = counts[0] = counts[1] = 0;
  generate_by(spec);
  static char *arguments[MOST_STRINGS + 3];
  arguments[0] = (char *)self;
  arguments[1] = spec;
  memcpy(arguments + 2, lists[0], counts[0] * sizeof *arguments);
  arguments[counts[0] + 2] = NULL;
  lists[1][counts[1]] = NULL;
  pid_t child = 0;
  int error = posix_spawn(&child, self, NULL, NULL, arguments, lists[1]);
  *pid = (uint32_t)child;
  return error;
}

static bool arrives(enum shape shape, int parts, uint32_t total, uint32_t seed) {
  uint32_t pid;
  errno = spawn_with(shape, parts, total, seed, &pid);
  return errno == 0 && wait_for(pid).code == 0;
}

static void shapes(void) {
  static const enum shape all[] = {ONE, MANY, EMPTY, RANDOM};
  static const char *const names[] = {"one_long", "many", "empty", "random"};
  set_spec(ONE, 0, 0, 0);
  uint32_t most = MOST - spent_before();
  const uint32_t totals[] = {5, 300, 1024, 4096, 8192, 20000, 40000, most};
  for (size_t i = 0; i < 4; i++) {
    bool ok = true;
    for (int parts = ARGUMENTS; ok && parts <= BOTH; parts++) {
      for (size_t j = 0; ok && j < 8; j++) {
        if (all[i] == ONE && parts == BOTH) continue;
        EXPECT(ok, arrives(all[i], parts, totals[j], (uint32_t)(i * 100 + j)));
      }
    }
    char name[64];
    sniprintf(name, sizeof name, "arguments_arrive_%s", names[i]);
    CHECK(name, ok);
  }
}

static void borders(void) {
  bool ok = true;
  for (uint32_t page = 1; page <= 3; page++) {
    uint32_t at = page * PAGE - spent_before();
    for (uint32_t total = at - 12; ok && total < at + 20; total++) {
      EXPECT(ok, arrives(ONE, (int)(total % 2), total, total));
    }
  }
  for (uint32_t total = 3820; ok && total < 3860; total++) {
    EXPECT(ok, arrives(ONE, ARGUMENTS, total, total));
  }
  CHECK("arguments_arrive_around_page_borders", ok);
}

static void limit(void) {
  uint32_t pid;
  uint32_t most = MOST - spent_before();
  CHECK("arguments_of_64_KiB_arrive", arrives(ONE, ARGUMENTS, most, 1));
  CHECK("one_byte_more_is_E2BIG", spawn_with(ONE, ARGUMENTS, most + 1, 1, &pid) == E2BIG);
  CHECK("one_byte_more_of_environment_is_E2BIG",
        spawn_with(ONE, ENVIRONMENT, most + 1, 1, &pid) == E2BIG);
  CHECK("after_a_refusal_all_is_well", arrives(MANY, BOTH, most, 2));
}

/* Through the shell's words. */
static bool system_arrives(uint32_t total) {
  static char command[MOST];
  set_spec(WORDS, ARGUMENTS, total, total);
  used = counts[0] = 0;
  generate_by(spec);
  int length = siprintf(command, "%s %s", self, spec);
  for (size_t i = 0; i < counts[0]; i++) length += siprintf(command + length, " %s", lists[0][i]);
  return system(command) == 0;
}

static void by_system(void) {
  bool ok = true;
  for (uint32_t total = 1000; total < 60000; total += 9800) EXPECT(ok, system_arrives(total));
  CHECK("system_passes_long_commands_on", ok);
  static char long_command[MOST + 10];
  memset(long_command, 'x', sizeof long_command - 1);
  errno = 0;
  CHECK("system_with_too_long_a_command_is_E2BIG", system(long_command) == -1 && errno == E2BIG);
}

int main(int argc, char **argv, char **envp) {
  self = argv[0];
  if (argc > 1) return compare(argc, argv, envp);
  shapes();
  borders();
  limit();
  by_system();
  return finish();
}
