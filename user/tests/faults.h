/* faults.h: the exceptions of fault.c: every way but page faults in which ring 3 can annoy the
 * processor, by every gate. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "features.h"

static inline void not_here(void) {
  printf("this processor lacks it\n");
  fflush(stdout);
  exit(4);
}

/* No clobbers: the program does not come back, or only to say that it did. */
#define EXCEPTION(name, code) \
  static void name(void) { __asm__ volatile(code); }

EXCEPTION(ex_divide, "xorl %ecx, %ecx; movl $1, %eax; xorl %edx, %edx; divl %ecx")
EXCEPTION(ex_divide_overflow, "movl $1, %ecx; movl $0, %eax; movl $5, %edx; divl %ecx")
EXCEPTION(ex_int1, ".byte 0xF1")
EXCEPTION(ex_single_step, "pushfl; orl $0x100, (%esp); popfl; nop; nop")
EXCEPTION(ex_breakpoint, "int3")
EXCEPTION(ex_int_3, ".byte 0xCD, 3")
EXCEPTION(ex_overflow, "movl $0x7FFFFFFF, %eax; addl $1, %eax; into")
EXCEPTION(ex_int_4, "int $4")
EXCEPTION(ex_undefined, "ud2")
EXCEPTION(ex_bad_opcode, ".byte 0x0F, 0xFF, 0xC0")
EXCEPTION(ex_lock, ".byte 0xF0, 0x90")
EXCEPTION(ex_cli, "cli")
EXCEPTION(ex_hlt, "hlt")
EXCEPTION(ex_in, "inb $0x64, %al")
EXCEPTION(ex_out, "movb $0, %al; outb %al, $0xF4")
EXCEPTION(ex_cr0, "movl %cr0, %eax")
EXCEPTION(ex_cr3, "movl %eax, %cr3")
EXCEPTION(ex_lgdt, "lgdt (%esp)")
EXCEPTION(ex_wrmsr, "movl $0x176, %ecx; wrmsr")
EXCEPTION(ex_rdmsr, "movl $0x176, %ecx; rdmsr")
EXCEPTION(ex_invlpg, "invlpg (%esp)")
EXCEPTION(ex_ltr, "movl $0x28, %eax; ltr %ax")
EXCEPTION(ex_bad_ds, "movl $0xFFF8, %eax; movl %eax, %ds")
EXCEPTION(ex_kernel_ds, "movl $0x10, %eax; movl %eax, %ds; movl %ds:0, %eax")
EXCEPTION(ex_null_ds, "xorl %eax, %eax; movl %eax, %ds; movl %ds:0x400000, %eax")
EXCEPTION(ex_bad_ss, "movl $0xFFF8, %eax; movl %eax, %ss")
EXCEPTION(ex_null_ss, "xorl %eax, %eax; movl %eax, %ss")
EXCEPTION(ex_bad_fs, "movl $0xFFF8, %eax; movl %eax, %fs")
EXCEPTION(ex_far_jump_kernel, "ljmp $0x08, $0x400000")
EXCEPTION(ex_far_jump_null, "ljmp $0, $0x400000")
EXCEPTION(ex_iret_kernel, "pushfl; pushl $0x08; pushl $0x401000; iret")
EXCEPTION(ex_iret_nt, "pushfl; orl $0x4000, (%esp); popfl; iret")
EXCEPTION(ex_iret_vm, "pushl $0; pushl $0; pushl $0; pushl $0; pushl $0; pushl $0;"
                      "pushl $0x23202; pushl $0; pushl $0; iret")
EXCEPTION(ex_popf_iopl, "pushfl; orl $0x3000, (%esp); popfl; cli")
EXCEPTION(ex_int_0, "int $0")
EXCEPTION(ex_int_2, "int $2")
EXCEPTION(ex_int_8, "int $8")
EXCEPTION(ex_int_13, "int $13")
EXCEPTION(ex_int_14, "int $14")
EXCEPTION(ex_int_32, "int $32")
EXCEPTION(ex_int_46, "int $46")
EXCEPTION(ex_int_49, "int $0x31")
EXCEPTION(ex_int_119, "int $0x77")
EXCEPTION(ex_int_128, "int $0x80")
EXCEPTION(ex_int_255, "int $255")
EXCEPTION(ex_tf_int, "pushfl; orl $0x100, (%esp); movl $0x100, %eax; xorl %ecx, %ecx; popfl;"
                     "int $0x30; nop; nop")
EXCEPTION(ex_wild_esp, "movl $0x90000000, %esp; pushl $1")
EXCEPTION(ex_null_esp, "movl $0, %esp; popl %eax")
EXCEPTION(ex_wild_esp_call, "movl $0x100, %eax; xorl %ecx, %ecx; movl $0x80000008, %esp;"
                            "int $0x30; pushl %eax")
EXCEPTION(ex_stack_limit, "movl %ss:0xFFFFFFFE, %eax")
EXCEPTION(ex_fpu, "fninit; pushl $0x0300; fldcw (%esp); fld1; fldz; fdivrp; fwait; fnop; fwait")

static void ex_bound(void) {
  static const int32_t limits[2] = {1, 5};
  __asm__ volatile("boundl %0, %1" : : "r"(9), "m"(*limits) : "memory");
}

static void ex_alignment(void) {
  static char bytes[16] __attribute__((aligned(16)));
  __asm__ volatile("pushfl; orl $0x40000, (%%esp); popfl; movl 1(%0), %%eax;"
                   "pushfl; andl $~0x40000, (%%esp); popfl"
                   : : "r"(bytes) : "eax", "memory", "cc");
}

static void ex_simd(void) {
  static const uint32_t one[4] __attribute__((aligned(16))) = {0x3F800000, 0x3F800000, 0, 0};
  static const uint32_t all_exceptions_on = 0;
  if (!(cpu_features() & CPU_SSE)) not_here();
  __asm__ volatile("ldmxcsr %0; movaps %1, %%xmm0; xorps %%xmm1, %%xmm1; divps %%xmm1, %%xmm0"
                   : : "m"(all_exceptions_on), "m"(*(const uint32_t(*)[4])one) : "memory");
}

#define SYSENTER(name, setup)                                                      \
  static void name(void) {                                                         \
    if (!(cpu_features() & CPU_SEP)) not_here();                                \
    __asm__ volatile("xorl %%ecx, %%ecx; movl $0x100, %%eax; movl %%esp, %%edx;"   \
                     "movl %%esp, %%ebp; movl $1f, %%esi;" setup "sysenter; 1: nop" \
                     ::: "eax", "ecx", "edx", "esi", "memory", "cc");              \
  }
SYSENTER(se_kernel_return, "movl $0x80100000, %%esi;")
SYSENTER(se_null_return, "xorl %%esi, %%esi;")
SYSENTER(se_kernel_stack, "movl $0x80100000, %%ebp; movl $2f, %%esi; jmp 3f; 2: pushl $1; 3:")
SYSENTER(se_single_step, "pushfl; orl $0x100, (%%esp); popfl;")

#define ENTRY(name) {#name, ex_##name}
static const struct {
  const char *name;
  void (*run)(void);
} exceptions[] = {
    ENTRY(divide), ENTRY(divide_overflow), ENTRY(int1), ENTRY(single_step), ENTRY(breakpoint),
    ENTRY(int_3), ENTRY(overflow), ENTRY(int_4), ENTRY(bound), ENTRY(undefined),
    ENTRY(bad_opcode), ENTRY(lock), ENTRY(cli), ENTRY(hlt), ENTRY(in), ENTRY(out), ENTRY(cr0),
    ENTRY(cr3), ENTRY(lgdt), ENTRY(wrmsr), ENTRY(rdmsr), ENTRY(invlpg), ENTRY(ltr),
    ENTRY(bad_ds), ENTRY(kernel_ds), ENTRY(null_ds), ENTRY(bad_ss), ENTRY(null_ss),
    ENTRY(bad_fs), ENTRY(far_jump_kernel), ENTRY(far_jump_null), ENTRY(iret_kernel),
    ENTRY(iret_nt), ENTRY(iret_vm), ENTRY(popf_iopl), ENTRY(int_0), ENTRY(int_2), ENTRY(int_8),
    ENTRY(int_13), ENTRY(int_14), ENTRY(int_32), ENTRY(int_46), ENTRY(int_49), ENTRY(int_119),
    ENTRY(int_128), ENTRY(int_255), ENTRY(tf_int), ENTRY(wild_esp), ENTRY(null_esp),
    ENTRY(wild_esp_call), ENTRY(stack_limit), ENTRY(fpu), ENTRY(alignment), ENTRY(simd),
    {"sysenter_kernel_return", se_kernel_return}, {"sysenter_null_return", se_null_return},
    {"sysenter_kernel_stack", se_kernel_stack}, {"sysenter_single_step", se_single_step}};

static const size_t exception_count = sizeof exceptions / sizeof *exceptions;

#endif
