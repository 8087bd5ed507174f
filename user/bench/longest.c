/* longest.c: the longest time in which nobody else could run while one call was made, of each call
 * at its largest argument. The kernel keeps it (SYS_BENCH_LONGEST_RUN); the instructions of the
 * stubs around the call are in it. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "mobius.h"

#define MANY 100000u /* pages in memory */
#define PARTS 60000u /* regions of one block */
#define ALL 0x70000u /* pages: 1.75 GiB */
#define THREADS 590

static double longest;

static uint32_t ask(void) {
  const uint64_t ticks = SysBench(SYS_BENCH_LONGEST_RUN, NULL, 0);
  if (ticks == 0) die("SysBench");
  return (uint32_t)ticks;
}

static void note(const char* name) {
  char text[64];
  double ticks = ask();
  sniprintf(text, sizeof text, "longest.%s", name);
  report_value(text, ticks);
  if (ticks > longest) longest = ticks;
}

#define MEASURE(name, call) \
  do {                      \
    ask();                  \
    if (!(call)) die(name); \
    note(name);             \
  } while (0)

static volatile char* touched(size_t pages, size_t in_all) {
  volatile char* block = take_pages(in_all, MEMORY);
  for (size_t i = 0; i < pages; i++) block[i * PAGE] = 1;
  return block;
}

static void whole_block_calls(void) {
  volatile char* block = touched(MANY, ALL);
  struct vmm_block info;
  MEASURE("VmmQuery", VmmQuery(0, (const void*)block, &info));
  uint8_t* states = take_pages(ALL / PAGE + 1, MEMORY);
  MEASURE("VmmQueryPages", VmmQueryPages(0, (const void*)block, ALL, states));
  MEASURE("VmmAdvise_will_need", VmmAdvise((void*)block, ALL, VM_ADVISE_WILL_NEED));
  MEASURE("VmmLock_refused", !VmmLock((void*)block, ALL));
  MEASURE("VmmLock", VmmLock((void*)block, 30000));
  MEASURE("VmmUnlock", VmmUnlock((void*)block, ALL));
  MEASURE("VmmProtect", VmmProtect((void*)block, ALL, VM_MEM_READ));
  MEASURE("VmmProtect_back", VmmProtect((void*)block, ALL, MEMORY));
  MEASURE("VmmAdvise_discard", VmmAdvise((void*)block, ALL, VM_ADVISE_DISCARD));
  for (size_t i = 0; i < MANY; i++) block[i * PAGE] = 1;
  MEASURE("VmmResize_less", VmmResize((void*)block, MANY / 4) == block);
  for (size_t i = 0; i < MANY / 4; i++) block[i * PAGE] = 1;
  void* more;
  MEASURE("VmmResize_more", (more = VmmResize((void*)block, ALL)) != NULL);
  MEASURE("VmmFree", VmmFree(more));
  block = touched(MANY, MANY);
  MEASURE("VmmFree_full", VmmFree((void*)block));
  MEASURE("VmmAlloc", (block = VmmAlloc(ALL, NULL, MEMORY)) != NULL);
  VmmFree((void*)block);
  MEASURE("VmmAlloc_guaranteed",
          (block = VmmAlloc(MANY, NULL, MEMORY | VM_MEM_GUARANTEED)) != NULL);
  VmmFree((void*)block);
}

static volatile char* in_parts(void) {
  volatile char* block = touched(PARTS, PARTS);
  for (size_t i = 0; i < PARTS; i += 2) VmmProtect((void*)(block + i * PAGE), 1, VM_MEM_READ);
  return block;
}

static void calls_on_parts(void) {
  void* behind = NULL;
  volatile char* block = in_parts();
  struct vmm_block info;
  MEASURE("VmmQuery_parts", VmmQuery(0, (const void*)block, &info));
  behind = VmmAlloc(1, (void*)(block + PARTS * PAGE), MEMORY); /* so that it must move */
  void* moved;
  MEASURE("VmmResize_parts", (moved = VmmResize((void*)block, PARTS + 1)) != NULL);
  MEASURE("VmmResize_parts_less", VmmResize(moved, 1) == moved);
  VmmFree(moved);
  if (behind) VmmFree(behind);
  block = in_parts();
  MEASURE("VmmAdvise_discard_parts", VmmAdvise((void*)block, PARTS, VM_ADVISE_DISCARD));
  MEASURE("VmmProtect_parts", VmmProtect((void*)block, PARTS, MEMORY));
  VmmFree((void*)block);
  block = in_parts();
  MEASURE("VmmFree_parts", VmmFree((void*)block));
}

static void file_calls(void) {
  static char text[65536];
  handle_t file = FileOpen("/bin/bench.exe", FILE_READ);
  void* buffer = take_pages(256, MEMORY);
  MEASURE("FileRead", FileRead(file, buffer, 256 * PAGE) > 0);
  MEASURE("HndClose", HndClose(file));
  handle_t folder = FileOpen("/bin", FILE_READ);
  MEASURE("DirRead", DirRead(folder, buffer, 1000) > 0);
  HndClose(folder);
  VmmFree(buffer);
  memset(text, '\n', sizeof text);
  MEASURE("FileWrite_console", FileWrite(2, text, sizeof text) == sizeof text);
}

static uint32_t word;

static void* waiter(void* argument) {
  while (!__atomic_load_n(&word, __ATOMIC_RELAXED)) FutexWait(&word, 0, UINT64_MAX);
  return argument;
}

static void thread_calls(void) {
  static pthread_t threads[THREADS];
  MEASURE("ThrCreate", pthread_create(&threads[0], NULL, waiter, NULL) == 0);
  for (int i = 1; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, waiter, NULL)) die("pthread_create");
  ThrSleep(50000000);
  word = 1;
  MEASURE("FutexWake", FutexWake(&word, THREADS) > 0);
  MEASURE("ThrJoin", pthread_join(threads[0], NULL) == 0);
  for (int i = 1; i < THREADS; i++) pthread_join(threads[i], NULL);
}

static uint32_t child_of(const char* const* argv) {
  const char* const envp[] = {NULL};
  struct proc_spawn spawn = {"/bin/bench.exe", argv, envp, PROC_SAME_PRIVILEGES, {0}};
  uint32_t pid = ProcSpawn(&spawn);
  if (!pid) die("ProcSpawn");
  return pid;
}

/* What the process has when it ends; it asks itself, so that its own life does not count. */
int longest_child(const char* what) {
  if (strcmp(what, "pages") == 0) touched(MANY, MANY);
  if (strcmp(what, "parts") == 0) in_parts();
  if (strcmp(what, "threads") == 0) {
    pthread_t thread;
    for (int i = 0; i < THREADS; i++) pthread_create(&thread, NULL, waiter, NULL);
    ThrSleep(50000000);
  }
  ask();
  ProcExit(1);
}

static void end_of(const char* what, const char* name) {
  const char* const argv[] = {"bench", "--child", "longest", what, NULL};
  struct proc_status ended;
  if (!ProcWait(child_of(argv), UINT64_MAX, &ended)) die(name);
  note(name);
}

static void process_calls(void) {
  static char word60k[60000];
  memset(word60k, 'x', sizeof word60k - 1);
  const char* const argv[] = {"bench", "--child", "longest", "nothing", word60k, NULL};
  struct proc_status ended;
  uint32_t pid;
  MEASURE("ProcSpawn", (pid = child_of(argv)) != 0);
  ProcWait(pid, UINT64_MAX, &ended);
  static const char* many[10000] = {"bench", "--child", "longest", "nothing"};
  for (int i = 4; i < 9999; i++) many[i] = "x";
  MEASURE("ProcSpawn_strings", (pid = child_of(many)) != 0);
  ProcWait(pid, UINT64_MAX, &ended);
  static struct proc_info all[256];
  MEASURE("ProcList", ProcList(all, 256) > 0);
  end_of("pages", "ProcExit_pages");
  end_of("parts", "ProcExit_parts");
  end_of("threads", "ProcExit_threads");
}

static void faults(void) {
  volatile char* block = take_pages(4096, MEMORY | VM_MEM_EAGER);
  for (size_t i = 0; i < 1000; i++) block[i * PAGE] = 1;
  MEASURE("fault_eager", (block[1000 * PAGE] = 1, block[1016 * PAGE] = 1));
  VmmFree((void*)block);
}

void bench_longest(void) {
  whole_block_calls();
  calls_on_parts();
  file_calls();
  thread_calls();
  process_calls();
  faults();
  report_value("longest_without_switch", longest);
}
