/* entry.c: the kernel entered with flags, selectors and registers as no compiler leaves them: it
 * works, keeps what it promises to keep, and leaks nothing. Also what a new thread finds in its
 * registers, its stack and the FPU. */
#include <cpuid.h>
#include <pthread.h>

#include "check.h"

/* Calls of SysClock(SYS_CLOCK_MONOTONIC, out) with flags set; with a selector in DS, ES, GS. */
static struct sys_time out;
static const uint32_t arguments[2] = {SYS_CLOCK_MONOTONIC, (uint32_t)(uintptr_t)&out};

static bool call_with_flags(uint32_t flags) {
  uint32_t value, error;
  memset(&out, 0, sizeof out);
  __asm__ volatile(
      "pushfl; orl %4, (%%esp); popfl; int $0x30;"
      "pushfl; andl $~0x44500, (%%esp); popfl"
      : "=a"(value), "=c"(error) : "a"(0x101), "c"(8), "r"(flags), "d"(arguments) : "memory", "cc");
  return value == 1 && error == 0 && out.ns != 0;
}

static bool call_with_selector(uint32_t selector) {
  uint32_t value, error;
  memset(&out, 0, sizeof out);
  __asm__ volatile(
      "movl %4, %%ds; movl %4, %%es; movl %4, %%gs; int $0x30;"
      "pushl %%ss; popl %%ds; pushl %%ss; popl %%es"
      : "=a"(value), "=c"(error) : "a"(0x101), "c"(8), "r"(selector), "d"(arguments) : "memory");
  return value == 1 && error == 0 && out.ns != 0;
}

static void flags_and_selectors(void) {
  CHECK("D2_call_with_DF", call_with_flags(0x400));
  CHECK("D2_call_with_NT", call_with_flags(0x4000));
  CHECK("D2_call_with_AC", call_with_flags(0x40000));
  CHECK("D2_call_with_DF_NT_AC", call_with_flags(0x44400));
  uint32_t ds;
  __asm__("movl %%ds, %0" : "=r"(ds));
  CHECK("D2_call_with_null_selectors", call_with_selector(0));
  CHECK("D2_call_with_null_selectors_of_ring_3", call_with_selector(3));
  CHECK("D2_call_with_selectors_as_they_are", call_with_selector(ds));
}

/* The registers that a call promises to keep. */
static void registers_kept(void) {
  uint32_t seen[4];
  __asm__ volatile(
      "pushl %%ebp; pushl %%ebx;"
      "movl $0x11111111, %%ebx; movl $0x22222222, %%edi; movl $0x44444444, %%ebp;"
      "pushl %%esi; movl $0x33333333, %%esi; movl $0x100, %%eax; xorl %%ecx, %%ecx; int $0x30;"
      "xchgl %%esi, (%%esp); movl %%ebx, (%%esi); movl %%edi, 4(%%esi); movl %%ebp, 8(%%esi);"
      "popl 12(%%esi); popl %%ebx; popl %%ebp"
      : : "S"(seen) : "eax", "ecx", "edx", "edi", "memory", "cc");
  CHECK("call_keeps_registers", seen[0] == 0x11111111 && seen[1] == 0x22222222 &&
                                    seen[2] == 0x44444444 && seen[3] == 0x33333333);
}

static void argument_counts(void) {
  bool ok = true;
  static const uint32_t bytes[] = {0, 4, 7, 9, 12, 16, 0x1000, 0x80000000, 0xFFFFFFFF};
  for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
    struct raw_result result = raw_call(0x101, arguments, bytes[i]);
    EXPECT(ok, result.value == 0 && result.error == EINVAL);
  }
  CHECK("call_with_another_count_is_EINVAL", ok);
}

/* With esp nowhere: the kernel has its own stack. */
static void stack_nowhere(void) {
  static uint32_t saved;
  uint32_t value;
  __asm__ volatile("movl %%esp, %1; movl $0, %%esp; int $0x30; movl %1, %%esp"
                   : "=a"(value), "+m"(saved) : "a"(0x304), "c"(0) : "edx", "memory");
  CHECK("D2_call_with_esp_0", value == ProcSelf());
}

struct seen_at_entry {
  uint32_t registers[7]; /* eax, ebx, ecx, edx, esi, edi, ebp */
  uint32_t flags;
  uint8_t fpu[108];
  uint8_t fx[512] __attribute__((aligned(16)));
};
static struct seen_at_entry seen;
static uint32_t has_fxsr;

void entry_probe(void *argument);
__asm__(".globl _entry_probe\n_entry_probe:\n"
        "movl %eax, _seen_copy; movl %ebx, _seen_copy+4; movl %ecx, _seen_copy+8\n"
        "movl %edx, _seen_copy+12; movl %esi, _seen_copy+16; movl %edi, _seen_copy+20\n"
        "movl %ebp, _seen_copy+24; pushfl; popl _seen_copy+28\n"
        "cmpl $0, _has_fxsr_copy; je 1f; fxsave _seen_copy+144\n"
        "1: fnsave _seen_copy+32; pushl $0; call _ThrExit\n");
struct seen_at_entry seen_copy __attribute__((aligned(16)));
uint32_t has_fxsr_copy;

static void new_thread(void) {
  unsigned a, b, c, d = 0;
  __get_cpuid(1, &a, &b, &c, &d);
  has_fxsr = has_fxsr_copy = d >> 24 & 1;
  /* Something to leak: x87 and registers full of a pattern. */
  __asm__ volatile("fninit; fldpi; fldpi; fldpi; fldpi");
  uint32_t thread = ThrCreate(entry_probe, NULL, 0, NULL);
  if (!thread || !ThrJoin(thread, NULL)) die("ThrCreate");
  __asm__ volatile("fninit");
  seen = seen_copy;
  bool ok = true;
  for (int i = 0; i < 7; i++) EXPECT(ok, seen.registers[i] == 0);
  CHECK("D2_new_thread_has_clean_registers", ok);
  CHECK("D2_new_thread_has_clean_flags", (seen.flags & 0x47FD7) == 0x202);
  uint16_t control = (uint16_t)(seen.fpu[0] | seen.fpu[1] << 8);
  uint16_t tags = (uint16_t)(seen.fpu[8] | seen.fpu[9] << 8);
  ok = control == 0x37F && tags == 0xFFFF;
  for (int i = 28; i < 108; i++) EXPECT(ok, seen.fpu[i] == 0);
  CHECK("D2_new_thread_has_a_clean_FPU", ok);
  ok = true;
  for (int i = 160; has_fxsr && i < 288; i++) EXPECT(ok, seen.fx[i] == 0);
  if (has_fxsr) CHECK("D2_new_thread_has_clean_XMM", ok);
}

/* Fresh stack memory holds nothing of anybody. */
static void *scan_stack(void *argument) {
  (void)argument;
  struct vmm_block stack;
  const char *here = __builtin_frame_address(0);
  if (!VmmQuery(0, here, &stack)) return NULL;
  for (const char *p = (const char *)stack.base + PAGE; p < here - 2 * PAGE; p++) {
    if (*p) return NULL;
  }
  return (void *)1;
}

static void stacks(void) {
  pthread_t thread;
  void *clean = NULL;
  if (pthread_create(&thread, NULL, scan_stack, NULL) || pthread_join(thread, &clean)) {
    die("pthread_create");
  }
  CHECK("D2_new_stack_is_zeros", clean != NULL);
}

int main(void) {
  flags_and_selectors();
  registers_kept();
  argument_counts();
  stack_nowhere();
  new_thread();
  stacks();
  return finish();
}
