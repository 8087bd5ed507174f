/* swap_clean.c: what goes without being written (R15) and comes back without being read, by the
 * counters of VmmStats:  swap_clean [states]
 * states: as what each kind of page shows that is out, and that came back. */
#include "swap.h"

/* 64 pages of constants, each word its number's multiple: part of the EXE, never written. */
#define TABLE_PAGES 64
#define TABLE_FACTOR 2654435761u
extern const volatile uint32_t table[];
__asm__(
    ".section .rdata,\"dr\"\n"
    ".balign 4096\n"
    ".globl _table\n"
    "_table:\n"
    ".set number, 0\n"
    ".rept 65536\n"
    ".long number * 2654435761\n"
    ".set number, number + 1\n"
    ".endr\n"
    ".text\n");

/* More of the EXE than the kernel keeps for code (MachinePaging::kImageReserve), so that all of the
 * table can go while this is in use. */
#define IN_USE_PAGES 40
static const volatile char in_use[IN_USE_PAGES * PAGE] = {1};

static size_t pages_in_state(const volatile void *base, size_t pages, enum vmm_page_state state) {
  uint8_t states[256];
  size_t count = 0;
  for (size_t i = 0; i < pages; i += sizeof states) {
    size_t step = pages - i < sizeof states ? pages - i : sizeof states;
    if (VmmQueryPages(0, (const char *)base + i * PAGE, step, states) != step) die("VmmQueryPages");
    for (size_t k = 0; k < step; k++) count += states[k] == state;
  }
  return count;
}

static bool read_all(const volatile uint32_t *block, uint32_t pages) {
  bool ok = true;
  for (uint32_t page = 0; page < pages; page++) {
    EXPECT(ok, page_is(block + (size_t)page * WORDS, page, 1));
  }
  return ok;
}

/* Uses other memory until so many of the pages are in that state; how many are. */
static size_t press(const volatile void *base, size_t pages, enum vmm_page_state state,
                    size_t wanted) {
  uint32_t others = times_memory(1.5);
  volatile uint32_t *other = (volatile uint32_t *)take_pages(others);
  size_t count = 0;
  for (int pass = 0; pass < 30 && count < wanted; pass++) {
    for (uint32_t page = 0; page < others; page++) {
      other[page * WORDS + page % WORDS]++;
      (void)in_use[page % IN_USE_PAGES * PAGE];
    }
    count = pages_in_state(base, pages, state);
  }
  VmmFree((void *)other);
  return count;
}

/* Pages that came from swap and were not modified keep their slot: while a block is only read, no
 * more goes out than pages of it that were dirty and are not any more. Sixteen are left for
 * this program's own. */
static void clean_evictions(void) {
  uint32_t pages = times_memory(1.5);
  volatile uint32_t *block = (volatile uint32_t *)take_pages(pages);
  for (uint32_t page = 0; page < pages; page++) write_page(block + (size_t)page * WORDS, page, 1);
  bool ok = true;
  for (int pass = 0; pass < 4; pass++) {
    size_t dirty = pages_in_state(block, pages, VMM_PAGE_DIRTY);
    struct vmm_stats before = stats_now();
    EXPECT(ok, read_all(block, pages));
    struct vmm_stats now = stats_now();
    size_t in = (size_t)(now.pages_in - before.pages_in);
    size_t out = (size_t)(now.pages_out - before.pages_out);
    dirty -= pages_in_state(block, pages, VMM_PAGE_DIRTY);
    printf("%u of %u pages in, %u out, %u were dirty\n", (unsigned)in, (unsigned)pages,
           (unsigned)out, (unsigned)dirty);
    EXPECT(ok, in >= pages / 4 && out <= dirty + 16);
  }
  CHECK("R15_clean_pages_go_without_a_write", ok);
  VmmFree((void *)block);
}

/* The second round counts: in the first this program's own code comes back from the CD. */
static void only_read(void) {
  uint32_t pages = times_memory(4), sum = 0;
  struct vmm_stats before, now;
  (void)table[0];  /* what nobody has used cannot go */
  press(table, 1, VMM_PAGE_IN_FILE, 1);
  for (int round = 0; round < 2; round++) {
    volatile uint32_t *block = (volatile uint32_t *)take_pages(pages);
    before = stats_now();
    for (uint32_t page = 0; page < pages; page++) sum |= block[(size_t)page * WORDS + page % WORDS];
    for (uint32_t page = 0; page < pages; page++) sum |= block[(size_t)page * WORDS];
    now = stats_now();
    VmmFree((void *)block);
  }
  CHECK("R15_pages_only_read_cost_no_io",
        sum == 0 && now.ios_in == before.ios_in && now.ios_out == before.ios_out);
}

static void full_of_zeros(void) {
  enum { kPages = 256 };
  uint32_t sum = 0;
  volatile uint32_t *block = (volatile uint32_t *)take_pages(kPages);
  for (uint32_t page = 0; page < kPages; page++) {
    write_page(block + page * WORDS, page, 1);
    memset((void *)(block + page * WORDS), 0, PAGE);
  }
  struct vmm_stats before = stats_now();
  size_t discarded = press(block, kPages, VMM_PAGE_DISCARDED, kPages);
  struct vmm_stats now = stats_now();
  CHECK("R15_pages_of_zeros_need_no_slot",
        discarded == kPages && now.zero_pages_out - before.zero_pages_out >= kPages);
  before = stats_now();
  for (uint32_t i = 0; i < kPages * WORDS; i++) sum |= block[i];
  now = stats_now();
  CHECK("R15_and_come_back_without_io", sum == 0 && now.pages_in == before.pages_in);
  VmmFree((void *)block);
}

static bool table_reads(void) {
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < TABLE_PAGES * WORDS; i++) wrong |= table[i] ^ i * TABLE_FACTOR;
  return wrong == 0;
}

static void code_reloads(void) {
  bool ok = table_reads();
  size_t there = pages_in_state(table, TABLE_PAGES, VMM_PAGE_CLEAN);
  CHECK("R13_an_exe_is_read_once", ok && there == TABLE_PAGES);
  size_t gone = press(table, TABLE_PAGES, VMM_PAGE_IN_FILE, TABLE_PAGES / 2 + 1);
  struct vmm_stats before = stats_now();
  ok = table_reads();
  struct vmm_stats now = stats_now();
  printf("%u of %u pages of the EXE went, %u came again\n", (unsigned)gone, TABLE_PAGES,
         (unsigned)(now.pages_in - before.pages_in));
  CHECK("R13_exe_pages_are_discarded_and_read_again",
        ok && gone > TABLE_PAGES / 2 && now.pages_in - before.pages_in >= gone);
}

/* What vmmap shows of this process is for the test to compare. */
static void show(const volatile uint32_t *block) {
  char pid[12];
  sniprintf(pid, sizeof pid, "%u", (unsigned)ProcSelf());
  const char *const words[] = {"vmmap", pid, NULL};
  printf("block %08x, table %08x\n", (unsigned)(uintptr_t)block, (unsigned)(uintptr_t)table);
  fflush(stdout);
  if (wait_for(start_program("/bin/vmmap.exe", words)).code != 0) die("vmmap");
}

static bool counts_are(const volatile uint32_t *block, uint32_t untouched, uint32_t clean,
                       uint32_t dirty, uint32_t out) {
  struct vmm_block found;
  if (!VmmQuery(0, (const void *)block, &found)) die("VmmQuery");
  return found.uncommitted == untouched && found.committed_clean == clean &&
         found.committed_dirty == dirty && found.paged_out == out;
}

enum { kOut = 40, kZeros = 24, kUntouched = 8 };

static void states_out(const volatile uint32_t *block) {
  bool ok = true;
  EXPECT(ok, counts_are(block, kUntouched, 0, kOut + kZeros, 0));
  EXPECT(ok, pages_in_state(table, TABLE_PAGES, VMM_PAGE_UNCOMMITTED) == TABLE_PAGES);
  EXPECT(ok, table_reads());
  EXPECT(ok, press(block, kOut, VMM_PAGE_SWAPPED, kOut) == kOut);
  EXPECT(ok, press(block + kOut * WORDS, kZeros, VMM_PAGE_DISCARDED, kZeros) == kZeros);
  EXPECT(ok, press(table, TABLE_PAGES, VMM_PAGE_IN_FILE, TABLE_PAGES) == TABLE_PAGES);
  EXPECT(ok, counts_are(block, kUntouched, 0, 0, kOut + kZeros));
  show(block);
  CHECK("R10_states_of_what_is_out", ok);
}

/* All that was in swap is read; of the zeros 8 are read, 4 written to. */
static void states_back(volatile uint32_t *block) {
  volatile uint32_t *zeros = block + kOut * WORDS;
  bool ok = true;
  struct vmm_stats before = stats_now();
  EXPECT(ok, read_all(block, kOut));
  struct vmm_stats now = stats_now();
  uint64_t back = now.pages_taken_back - before.pages_taken_back;
  EXPECT(ok, now.pages_in - before.pages_in + back == kOut);
  EXPECT(ok, now.slots_free - before.slots_free == kOut);
  for (uint32_t i = 0; i < 8; i++) EXPECT(ok, zeros[i * WORDS] == 0);
  for (uint32_t i = 8; i < 12; i++) zeros[i * WORDS] = 1;
  before = stats_now();
  EXPECT(ok, before.pages_in == now.pages_in && before.slots_free == now.slots_free);
  EXPECT(ok, counts_are(block, kUntouched, kOut + 8, 4, kZeros - 12));
  EXPECT(ok, table_reads());
  show(block);
  CHECK("R10_states_of_what_came_back", ok);
}

static int states(void) {
  volatile uint32_t *block = (volatile uint32_t *)take_pages(kOut + kZeros + kUntouched);
  for (uint32_t page = 0; page < kOut + kZeros; page++) write_page(block + page * WORDS, page, 1);
  memset((void *)(block + kOut * WORDS), 0, kZeros * PAGE);
  states_out(block);
  states_back(block);
  VmmFree((void *)block);
  return finish();
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "states") == 0) return states();
  only_read();
  clean_evictions();
  full_of_zeros();
  code_reloads();
  return finish();
}
