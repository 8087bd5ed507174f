/* stubs.S: a function for every system call of kernel/abi/syscalls.def.
 *
 * EAX = number, EDX = address of the stacked arguments, ECX = their bytes; back come EAX = the C
 * result and ECX = 0 or errno. The gate is INT 0x30, or SYSENTER where the kernel offers it. */

#define SYSCALL(number, name, bytes, result) \
        .globl  _##name; .balign 8; \
_##name:movl    $number, %eax; \
        movl    $bytes, %ecx; \
        leal    4(%esp), %edx; \
        jmp     *___mobius_gate;

        .section .text$3stubs, "x"
#include "syscalls.def"

        .balign 16
gate_int:
        int     $0x30
        testl   %ecx, %ecx
        jnz     1f
        ret

/* kernel/abi/sysenter.h */
        .balign 16
gate_sysenter:
        pushl   %esi
        pushl   %ebp
        movl    %esp, %ebp
        movl    $2f, %esi
        sysenter
2:      movl    %esi, %ecx
        popl    %ebp
        popl    %esi
        testl   %ecx, %ecx
        jnz     1f
        ret

1:      pushl   %eax
        pushl   %ecx
        call    ___mobius_set_errno
        popl    %ecx
        popl    %eax
        ret

        .globl  ___mobius_use_sysenter
___mobius_use_sysenter:
        movl    $gate_sysenter, ___mobius_gate
        ret

        .data
        .globl  ___mobius_gate
        .balign 4
___mobius_gate:
        .long   gate_int
