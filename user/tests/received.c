/* received.c: no byte reaches a program that was not written for it. In a kernel with junk fill
 * (kernel/mm/words/junk.h) memory that nobody has written is full of two bytes; here all that a
 * program can see is searched for them: what calls answer, what lies on its first stack, every
 * readable page of its address space, buffers that were filled in part. With the usual kernel it
 * must pass, too. */
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"

#define RUN 6 /* that many in a row are no accident */

/* Not in this program's own memory as a constant: it would find itself. */
static volatile uint8_t masked_fresh = 0xA5 ^ 0xFF, masked_freed = 0x5A ^ 0x0F;

/* Where the first run of a junk byte is, or `bytes`. */
static size_t find_junk(const volatile void *memory, size_t bytes) {
  const volatile uint8_t *p = memory;
  uint8_t fresh = masked_fresh ^ 0xFF, freed = masked_freed ^ 0x0F;
  for (size_t at = 0, run = 0; at < bytes; at++) {
    bool junk = p[at] == fresh || p[at] == freed;
    run = junk && (run == 0 || p[at] == p[at - 1]) ? run + 1 : junk;
    if (run == RUN) return at + 1 - RUN;
  }
  return bytes;
}

static bool clean(const volatile void *memory, size_t bytes) {
  size_t at = find_junk(memory, bytes);
  if (at < bytes) printf("junk at byte %u of %u\n", (unsigned)at, (unsigned)bytes);
  return at == bytes;
}

static void noticed(void) {
  volatile uint8_t *block = (volatile uint8_t *)take_pages(1);
  bool ok = clean(block, PAGE);
  for (size_t i = 0; i < RUN; i++) block[PAGE - RUN + i] = masked_fresh ^ 0xFF;
  EXPECT(ok, find_junk(block, PAGE) == PAGE - RUN);
  for (size_t i = 0; i < RUN; i++) block[100 + i] = masked_freed ^ 0x0F;
  EXPECT(ok, find_junk(block, PAGE) == 100);
  VmmFree((void *)block);
  CHECK("junk_is_noticed", ok);
}

/* The pages above this call's frame, to the end of the stack: arguments and environment. */
static void first_stack(void *frame) {
  struct vmm_block stack;
  bool ok = VmmQuery(0, frame, &stack) && stack.kind == VMM_STACK;
  char *end = (char *)stack.base + stack.pages * PAGE;
  CHECK("nothing_on_the_first_stack", ok && clean(frame, (size_t)(end - (char *)frame)));
}

static union {
  struct sys_time time;
  struct proc_status status;
  struct proc_info processes[64];
  struct file_info file;
  struct dir_entry entries[64];
  struct vmm_block block;
  struct vmm_stats stats;
  uint32_t samples[1024];
  uint8_t states[4096];
} out;

/* After a call: all of what it filled, and nothing else was. */
static bool answered(size_t bytes) {
  bool ok = clean(&out, sizeof out);
  for (size_t i = bytes; ok && i < sizeof out; i++) EXPECT(ok, ((uint8_t *)&out)[i] == 0x11);
  memset(&out, 0x11, sizeof out);
  return ok;
}

static void answers(void) {
  bool ok = true;
  answered(sizeof out);
  for (uint32_t clock = 0; clock <= SYS_CLOCK_IDLE; clock++) {
    EXPECT(ok, SysClock(clock, &out.time) && answered(sizeof out.time));
  }
  size_t count = ProcList(out.processes, 64);
  EXPECT(ok, count > 0 && answered(count * sizeof *out.processes));
  EXPECT(ok, VmmQuery(0, &out, &out.block) && answered(sizeof out.block));
  EXPECT(ok, VmmQuery(0, (void *)0x20000000, &out.block) && answered(sizeof out.block));
  EXPECT(ok, VmmStats(&out.stats, sizeof out.stats) && answered(sizeof out.stats));
  count = VmmQueryPages(0, (void *)0x400000, 2000, out.states);
  EXPECT(ok, answered(count));
  CHECK("nothing_in_what_calls_answer", ok);
}

static void children(void) {
  bool ok = true;
  char *argv[] = {"hello", NULL};
  for (int i = 0; i < 3; i++) {
    uint32_t pid = start_program("/bin/hello.exe", (const char *const *)argv);
    EXPECT(ok, pid != 0 && ProcWait(pid, UINT64_MAX, &out.status) && answered(sizeof out.status));
  }
  CHECK("nothing_in_how_children_ended", ok);
}

static void files(void) {
  static const char *const paths[] = {"/licences/LICENSE", "/boot/init.cmd", "/bin/hello.exe"};
  bool ok = true;
  handle_t folder = FileOpen("/bin", FILE_READ);
  size_t count = DirRead(folder, out.entries, 64);
  EXPECT(ok, count > 3 && answered(count * sizeof *out.entries));
  for (size_t i = 0; i < 3; i++) {
    handle_t file = FileOpen(paths[i], FILE_READ);
    EXPECT(ok, FileStat(file, &out.file) && answered(sizeof out.file));
    for (size_t step = 1; ok && step < sizeof out; step = step * 3 + 1) {
      FileSeek(file, step > PAGE ? 0 : -(int64_t)step - 1, step > PAGE ? SEEK_SET : SEEK_END, NULL);
      for (int i = 0; i < 3; i++) { /* at the end of the file, too */
        count = FileRead(file, &out, step);
        EXPECT(ok, answered(count));
      }
    }
    HndClose(file);
  }
  HndClose(folder);
  CHECK("nothing_in_what_is_read_from_files", ok);
}

/* Everything there is: the EXE with the rest of its last pages, data, heap, stacks. */
static void whole_space(void) {
  bool ok = true;
  size_t blocks = 0;
  for (uintptr_t at = 0x1000; ok && at < 0x80000000;) {
    struct vmm_block block;
    EXPECT(ok, VmmQuery(0, (void *)at, &block));
    for (uint32_t page = 0; ok && block.kind != VMM_FREE && page < block.pages; page++) {
      char *address = (char *)block.base + page * PAGE;
      struct vmm_block here;
      uint8_t state = page_state(address);
      bool there = state == VMM_PAGE_CLEAN || state == VMM_PAGE_DIRTY || block.kind == VMM_IMAGE;
      if (!there || !VmmQuery(0, address, &here) || !(here.flags & VM_MEM_READ)) continue;
      EXPECT(ok, clean(address, PAGE));
    }
    blocks += block.kind != VMM_FREE;
    at = (uintptr_t)block.base + (uintptr_t)block.pages * PAGE;
  }
  printf("%u blocks\n", (unsigned)blocks);
  CHECK("nothing_in_the_whole_address_space", ok && blocks > 2);
}

static void fresh_pages(void) {
  bool ok = true;
  for (int round = 0; ok && round < 3; round++) {
    char *block = take_pages(100);
    for (size_t i = 0; ok && i < 100; i++) {
      block[i * PAGE + i] = 1;
      EXPECT(ok, clean(block + i * PAGE, PAGE));
    }
    VmmFree(block);
  }
  CHECK("nothing_in_fresh_pages", ok);
}

int main(void) {
  first_stack(__builtin_frame_address(0));
  noticed();
  answers();
  children();
  files();
  fresh_pages();
  whole_space();
  return finish();
}
