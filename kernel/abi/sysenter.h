/* sysenter.h: the fast system call, libc's private business. `int 0x30` always works beside it.
 *
 * Only where the processor has it: CPUID.1:EDX bit 11 (SysBench(SYS_BENCH_SYSENTER) says what the
 * kernel found; a Pentium Pro before stepping 3 lies). Before SYSENTER:
 *
 *   EAX  number              EDX  address of the stacked arguments     ECX  their bytes
 *   ESI  return address      EBP  stack pointer to return with
 *
 * After it, at the return address:
 *
 *   EAX  result              ESI  0 or errno
 *   ESP is what EBP was; EBX, EDI, EBP and the segment registers are kept; ECX and EDX hold the
 *   stack pointer and the return address. DF, AC, NT and TF are off, the other flags mean nothing.
 *
 * MOBIUS_SYSENTER is that with the registers of int 0x30, as assembly text (AT&T syntax, for a file
 * scope asm or a naked function): EAX, EDX, ECX in; EAX = result, ECX = errno out; EDX is lost. */
#ifndef MOBIUS_SYSENTER_H
#define MOBIUS_SYSENTER_H

#define MOBIUS_SYSENTER     \
  "pushl %esi\n\t"          \
  "pushl %ebp\n\t"          \
  "movl %esp, %ebp\n\t"     \
  "movl $1000f, %esi\n\t"   \
  "sysenter\n"              \
  "1000:\n\t"               \
  "movl %esi, %ecx\n\t"     \
  "popl %ebp\n\t"           \
  "popl %esi\n\t"

#endif
