/* modes.c: every mode that a program can bring the processor into, by flags and selectors, times
 * every entry into the kernel. A child for each: it goes on or ends by a fault, and nobody else
 * notices.  modes [long] */
#include <pthread.h>

#include "attacks.h"
#include "features.h"
#include "mode_table.h"
#include "sysenter.h"

#define CODE_16 0x10000u /* where virtual 8086 mode can be */
#define LDT_PAGE 0x1000u
#define WENT_ON 42
#define BOUND_NS 3000000000ull

static const char *self;

/* What the assembly below reads. */
struct place {
  uint32_t flags, ds, es, fs, gs, code, back;
};
struct place mode_place;
uint32_t mode_stack;
void run_in_mode(void);
void mode_went_on(void);
void run_in_virtual_8086(void);
uint64_t yield_by_sysenter(void);

/* The code begins with a POPF of the flags, so that TF traps after the entry's own instruction. */
__asm__(
    ".globl _run_in_mode, _mode_went_on, _run_in_virtual_8086, _yield_by_sysenter\n"
    "_run_in_mode: pushal; movl %esp, _mode_stack\n"
    "movl _mode_place+24, %esi; movl _mode_place+20, %edi; movl %esp, %ebp\n"
    "movl $0x100, %eax; xorl %ecx, %ecx; movl %esp, %edx; xorl %ebx, %ebx\n"
    "pushl _mode_place; movw _mode_place+12, %fs; movw _mode_place+16, %gs\n"
    "movw _mode_place+8, %es; movw _mode_place+4, %ds; jmp *%edi\n"
    "_mode_went_on: pushl %ss; popl %ds; pushl %ss; popl %es; movl _mode_stack, %esp\n"
    "movl $0x33, %eax; movl %eax, %fs; popal; ret\n"
    "_run_in_virtual_8086: pushal; movl %esp, _mode_stack; movl %esp, %ebp\n"
    "movl _mode_place+24, %esi\n"
    "pushl _mode_place+16; pushl _mode_place+12; pushl _mode_place+4; pushl _mode_place+8\n"
    "pushl $0x1000; pushl $0xFF0; pushl _mode_place; pushl $0x1000; pushl $0\n"
    "movl $0x100, %eax; xorl %ecx, %ecx; movl %esp, %edx; xorl %ebx, %ebx; iret\n"
    "_yield_by_sysenter: movl $0x203, %eax; xorl %ecx, %ecx; xorl %edx, %edx\n" MOBIUS_SYSENTER
    "pushfl; popl %eax; movl %ecx, %edx; ret\n");

static uint8_t *append(uint8_t *end, const void *bytes, size_t count) {
  memcpy(end, bytes, count);
  return end + count;
}

static uint8_t *append_word(uint8_t *end, uint8_t opcode, uint32_t word) {
  *end = opcode;
  memcpy(end + 1, &word, 4);
  return end + 5;
}

/* The way back from ring 3: flags as C likes them, then mode_went_on. */
static uint8_t *append_way_back(uint8_t *end) {
  end = append_word(end, 0x68, 0x202);
  *end++ = 0x9D;
  end = append_word(end, 0x68, (uint32_t)(uintptr_t)mode_went_on);
  *end++ = 0xC3;
  return end;
}

static int in_ring_3(const struct entry *entry) {
  uint8_t *code = (uint8_t *)take_pages(1), *end = code;
  volatile uint32_t *limits = (uint32_t *)take_pages(2);
  limits[0] = 5, limits[1] = 6;
  *end++ = 0x9D;
  end = append(end, entry->code, entry->bytes);
  if (entry->operand) {
    uint32_t operand = entry->operand == FRESH ? (uint32_t)(uintptr_t)limits + PAGE
                       : entry->operand == LIMITS ? (uint32_t)(uintptr_t)limits : UNMAPPED;
    end = append(end, &operand, 4);
  }
  if (entry->operand == FRESH) *end++ = 1;
  mode_place.code = (uint32_t)(uintptr_t)code;
  mode_place.back = (uint32_t)(uintptr_t)end;
  append_way_back(end);
  run_in_mode();
  return WENT_ON;
}

/* In 16 bits, where an entry has a form of that; HLT ends what goes on there. */
static int in_virtual_8086(const struct entry *entry) {
  uint8_t *low = VmmAlloc(12, (void *)CODE_16, RW), *back = (uint8_t *)take_pages(1), *end = low;
  if (low != (uint8_t *)CODE_16) return 1;
  end = append(end, entry->code_16 ? entry->code_16 : entry->code,
               entry->code_16 ? entry->bytes_16 : entry->bytes);
  *end = 0xF4;
  low[0x4000] = 5, low[0x4002] = 6;
  append_way_back(back);
  mode_place.back = (uint32_t)(uintptr_t)back;
  run_in_virtual_8086();
  return WENT_ON;
}

static int run_entry(const struct mode *mode, struct entry entry, uint8_t vector) {
  uint8_t interrupt[2] = {0xCD, vector};
  if (!entry.code) entry.code = interrupt, entry.bytes = 2;
  mode_place = (struct place){mode->flags, mode->ds, mode->es, mode->fs, mode->gs, 0, 0};
  return mode->flags & VM_FLAG ? in_virtual_8086(&entry) : in_ring_3(&entry);
}

/* modes MODE ENTRY, the entry being a vector, or 256 and more. */
static int child(const char *mode, const char *entry) {
  static const struct entry interrupt = {"int", NULL, 0, NULL, 0, NOTHING, ENDS};
  int number = atoi(entry);
  return number < 256 ? run_entry(&modes[atoi(mode)], interrupt, (uint8_t)number)
                      : run_entry(&modes[atoi(mode)], entries[number - 256], 0);
}

/* Where the flags do not end it, a call, a served fault and the clock let it go on. */
static bool as_expected(const struct mode *mode, uint32_t entry, struct proc_status status) {
  bool faulted = status.end == PROC_FAULTED;
  bool on = status.end == PROC_EXITED && status.code == WENT_ON;
  if (mode->flags & VM_FLAG) return faulted || on;
  if (mode->flags & TF_FLAG) return faulted;
  bool goes_on = entry < 256 ? entry == 0x30 : entries[entry - 256].outcome == GOES_ON;
  return goes_on ? on : faulted;
}

static bool one(uint32_t mode, uint32_t entry) {
  char mode_text[12], entry_text[12];
  sniprintf(mode_text, sizeof mode_text, "%u", (unsigned)mode);
  sniprintf(entry_text, sizeof entry_text, "%u", (unsigned)entry);
  uint32_t pid = start_quiet(self, mode_text, entry_text);
  if (!pid) die("ProcSpawn");
  struct proc_status status = end_within(pid, BOUND_NS);
  ends[status.end]++;
  if (as_expected(&modes[mode], entry, status)) return true;
  printf("%s, %s %u: end %u, code %d\n", modes[mode].name,
         entry < 256 ? "int" : entries[entry - 256].name, (unsigned)entry, (unsigned)status.end,
         (int)status.code);
  return false;
}

/* All of them, or a choice of them. */
static void each_entry(uint32_t mode, bool all) {
  bool ok = true, sysenter = cpu_features() & CPU_SEP;
  char name[64];
  for (uint32_t vector = 0; vector < 256; vector++) {
    if (all || (mode == 0 && vector < 0x34) || vector == 0 || vector == 8 || vector == 0x20 ||
        vector == 0x30 || vector == 255) ok &= one(mode, vector);
  }
  for (uint32_t entry = 0; entry < entry_count; entry++) {
    if (!sysenter && strcmp(entries[entry].name, "sysenter") == 0) continue;
    if (!all && mode != 0 && entries[entry].outcome == PRIVILEGED) continue;
    ok &= one(mode, 256 + entry);
  }
  sniprintf(name, sizeof name, "D2_every_entry_%s", modes[mode].name);
  CHECK(name, ok);
  fflush(stdout);
}

/* The processor's own answer for each selector: only the GDT's three of ring 3 can be read. */
static void selectors(void) {
  bool ok = true;
  uint32_t *table = VmmAlloc(15, (void *)LDT_PAGE, RW);
  for (uint32_t i = 0; table && i < 15 * PAGE / 8; i++) {
    table[2 * i] = 0xFFFF, table[2 * i + 1] = 0x00CFF200; /* flat data of ring 3 */
  }
  for (uint32_t selector = 0; selector < 0x10000; selector++) {
    bool readable;
    if ((selector & 4) && selector < LDT_PAGE) continue; /* never mapped */
    __asm__("verr %w1" : "=@ccz"(readable) : "r"(selector));
    uint32_t index = selector >> 3;
    bool ours = !(selector & 4) && (index == 3 || index == 4 || index == 6);
    EXPECT(ok, readable == ours);
  }
  CHECK("D2_only_three_selectors_and_no_LDT", ok);
  VmmFree(table);
}

static volatile bool flags_seen;

/* Is in the kernel by INT with AC and ID set whenever another thread runs. */
static void *call_with_flags(void *unused) {
  while (!flags_seen) {
    uint32_t number = 0x203, bytes = 0;
    __asm__ volatile("pushfl; orl $0x240000, (%%esp); popfl; int $0x30;"
                     "pushfl; andl $~0x240000, (%%esp); popfl"
                     : "+a"(number), "+c"(bytes) : "d"(0) : "memory", "cc");
  }
  return unused;
}

static void flags_of_other_threads(void) {
  pthread_t other;
  bool ok = true;
  if (!(cpu_features() & CPU_SEP)) return;
  if (pthread_create(&other, NULL, call_with_flags, NULL)) die("pthread_create");
  for (int i = 0; i < 2000; i++) EXPECT(ok, (yield_by_sysenter() & 0x00257500) == 0);
  flags_seen = true;
  pthread_join(other, NULL);
  CHECK("D2_flags_of_another_thread_are_not_seen", ok);
}

int main(int argc, char **argv) {
  self = argv[0];
  if (argc == 3) return child(argv[1], argv[2]);
  bool all = argc == 2;
  selectors();
  flags_of_other_threads();
  one(0, 0x30);
  struct holdings before = holdings_now();
  for (uint32_t mode = 0; mode < mode_count; mode++) each_entry(mode, all);
  show_ends();
  check_all_back(before);
  return finish();
}
