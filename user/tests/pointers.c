/* pointers.c: every call that takes a pointer, with every kind of bad pointer (EFAULT, nothing
 * breaks) and with good memory in every state, across page borders (R05). */
#include "check.h"

/* A call with one pointer argument at `place` (in words); the others are harmless. */
struct call {
  const char *name;
  uint32_t number;
  uint32_t words[6];
  uint32_t count; /* of words */
  uint32_t place;
  uint32_t bytes; /* read or written at the pointer */
  bool writes;
  bool optional; /* NULL means: not wanted */
};

#define WORDS(...) {__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / 4
static const struct call calls[] = {
    {"SysClock", 0x101, WORDS(0, 0), 1, sizeof(struct sys_time), true, false},
    {"FutexWait", 0x208, WORDS(0, 0x12345678, 0, 0), 0, 4, false, false},
    {"ProcSpawn", 0x300, WORDS(0), 0, sizeof(struct proc_spawn), false, false},
    {"ProcList", 0x305, WORDS(0, 1), 0, sizeof(struct proc_info), true, false},
    {"FileOpen", 0x400, WORDS(0, FILE_READ), 0, 1, false, false},
    {"FileRead", 0x401, WORDS(0, 0, 64), 1, 64, true, false},
    {"FileStat", 0x404, WORDS(0, 0), 1, sizeof(struct file_info), true, false},
    {"FileSeek", 0x403, WORDS(0, 0, 0, 0, 0), 4, 8, true, true},
    {"VmmQuery", 0x508, WORDS(0, 0x1000, 0), 2, sizeof(struct vmm_block), true, false},
    {"VmmQueryPages", 0x509, WORDS(0, 0x1000, 16, 0), 3, 16, true, false},
    {"VmmStats", 0x50A, WORDS(0, 80), 0, 80, true, false},
};
#define CALLS (sizeof calls / sizeof *calls)

static handle_t file;
static const char constants[PAGE] = "read-only";

static struct raw_result call_with(const struct call *call, uintptr_t pointer) {
  uint32_t words[6];
  memcpy(words, call->words, sizeof words);
  if (call->number >= 0x401 && call->number <= 0x404) words[0] = file;
  words[call->place] = pointer;
  uint64_t position;
  FileSeek(file, 0, 0, &position);
  return raw_call(call->number, words, call->count * 4);
}

static void bad_pointers(const char *what, uintptr_t pointer, bool also_reads) {
  char name[64];
  bool ok = true;
  for (size_t i = 0; i < CALLS; i++) {
    if (!calls[i].writes && !also_reads) continue;
    if (pointer == 0 && calls[i].optional) continue;
    if (pointer % 4 && calls[i].number == 0x208) continue; /* a futex word is aligned */
    struct raw_result result = call_with(&calls[i], pointer);
    if (result.value == 0 && result.error == EFAULT) continue;
    printf("%s: %s(%08x) = %08x, errno %u\n", what, calls[i].name, (unsigned)pointer,
           (unsigned)result.value, (unsigned)result.error);
    ok = false;
  }
  sniprintf(name, sizeof name, "R05_bad_%s", what);
  CHECK(name, ok);
}

/* The last byte before memory that is not there, for calls of more than one byte. */
static void straddling(const char *what, uintptr_t border) {
  char name[64];
  bool ok = true;
  for (size_t i = 0; i < CALLS; i++) {
    if (calls[i].bytes < 2 || calls[i].number == 0x208) continue;
    struct raw_result result = call_with(&calls[i], border - calls[i].bytes / 2);
    EXPECT(ok, result.error == EFAULT || (result.value > 0 && result.value < calls[i].bytes));
    if (!ok) printf("%s: %s\n", what, calls[i].name);
  }
  sniprintf(name, sizeof name, "R05_straddling_%s", what);
  CHECK(name, ok);
}

static void all_bad_pointers(void) {
  char *read_only = VmmAlloc(1, NULL, VM_MEM_READ), *none = VmmAlloc(1, NULL, 0);
  char *reserved = VmmReserveArea(1, NULL), *freed = VmmAlloc(1, (void *)0x36000000, RW);
  freed[0] = 1;
  VmmFree(freed);
  bad_pointers("null", 0, true);
  bad_pointers("page_0", 0xFF0, true);
  bad_pointers("kernel_start", 0x80000000, true);
  bad_pointers("kernel", 0x80100000, true);
  bad_pointers("top", 0xFFFFFFF0, true);
  bad_pointers("last_byte", 0xFFFFFFFF, true);
  bad_pointers("unmapped", 0x6FFF0000, true);
  bad_pointers("freed", (uintptr_t)freed, true);
  bad_pointers("reserved", (uintptr_t)reserved, true);
  bad_pointers("no_access", (uintptr_t)none, true);
  bad_pointers("read_only_block", (uintptr_t)read_only, false);
  bad_pointers("code", (uintptr_t)all_bad_pointers, false);
  bad_pointers("constants", (uintptr_t)constants, false);
  char *block = VmmAlloc(2, (void *)0x34000000, RW);
  straddling("the_end_of_a_block", (uintptr_t)block + 2 * PAGE);
  straddling("the_end_of_page_0", PAGE);
  VmmFree(block);
}

/* Buffers that end in, begin in, or are all of untouched, read, written memory. */
static void good_pointers(void) {
  for (int state = 0; state < 3; state++) {
    static const char *const names[] = {"R05_uncommitted", "R05_clean", "R05_dirty"};
    bool ok = true;
    for (size_t i = 0; i < CALLS; i++) {
      if (!calls[i].writes) continue;
      char *block = take_pages(2);
      volatile char *first = block, *second = block + PAGE;
      if (state == 1) (void)*first, (void)*second;
      if (state == 2) *first = *second = 1;
      struct raw_result result = call_with(&calls[i], (uintptr_t)second - calls[i].bytes / 2);
      EXPECT(ok, result.value != 0 && result.error == 0);
      if (!ok) printf("%s: %s\n", names[state], calls[i].name);
      VmmFree(block);
    }
    CHECK(names[state], ok);
  }
}

/* A path right before the end of its block; one that runs over the end; one without an end. */
static void paths(void) {
  char *block = VmmAlloc(2, (void *)0x35000000, RW), *end = block + 2 * PAGE;
  strcpy(end - 6, "/boot");
  handle_t handle = FileOpen(end - 6, FILE_READ);
  CHECK("R05_a_path_at_the_end_of_a_block", handle != 0);
  HndClose(handle);
  memcpy(end - 5, "/boot", 5);
  errno = 0;
  CHECK("R05_a_path_over_the_end", FileOpen(end - 5, FILE_READ) == 0 && errno == EFAULT);
  memset(block, 'a', 2 * PAGE);
  errno = 0;
  CHECK("R05_a_path_without_end", FileOpen(block, FILE_READ) == 0 && errno != 0);
  VmmFree(block);
}

/* The arguments of the call themselves at bad addresses. */
static void argument_blocks(void) {
  static const uintptr_t bad[] = {0, 0xFFC, 0x7FFFFFFC, 0x80000000, 0xFFFFFFF8, 0x6FFF0000};
  bool ok = true;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct raw_result result = raw_call(0x101, (const void *)bad[i], 8);
    EXPECT(ok, result.value == 0 && result.error == EFAULT);
  }
  CHECK("R05_arguments_at_bad_addresses", ok);
  char *block = take_pages(2);
  uint32_t *arguments = (uint32_t *)(block + PAGE - 4);
  arguments[0] = SYS_CLOCK_MONOTONIC;
  arguments[1] = (uint32_t)(uintptr_t)(block + 64);
  struct raw_result result = raw_call(0x101, arguments, 8);
  CHECK("R05_arguments_across_pages", result.value == 1 && result.error == 0);
  VmmFree(block);
}

static void handles(void) {
  static const handle_t bad[] = {0, 50, 4096, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
  bool ok = true;
  char byte;
  struct file_info info;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    errno = 0;
    EXPECT(ok, FileRead(bad[i], &byte, 1) == 0 && errno == EBADF);
    EXPECT(ok, !FileStat(bad[i], &info) && !HndClose(bad[i]));
  }
  CHECK("bad_handles_are_EBADF", ok);
}

int main(int argc, char **argv) {
  (void)argc;
  file = FileOpen(argv[0][0] == '/' ? argv[0] : "/boot/init.cmd", FILE_READ);
  if (!file) die("FileOpen");
  all_bad_pointers();
  good_pointers();
  paths();
  argument_blocks();
  handles();
  return finish();
}
