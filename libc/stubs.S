/* stubs.S: a function for every system call of kernel/abi/syscalls.def.
 *
 * EAX = number, EDX = address of the stacked arguments, ECX = their bytes; back come EAX = the C
 * result and ECX = 0 or errno. The gate is INT 0x30 until the crt has found a faster one. */

#define SYSCALL(number, name, bytes, result) \
        .globl  _##name; .balign 8; \
_##name:movl    $number, %eax; \
        movl    $bytes, %ecx; \
        leal    4(%esp), %edx; \
        jmp     *___mobius_gate;

        .text
#include "syscalls.def"

        .balign 16
gate_int:
        int     $0x30
        testl   %ecx, %ecx
        jnz     1f
        ret
1:      pushl   %eax
        pushl   %ecx
        call    ___mobius_set_errno
        popl    %ecx
        popl    %eax
        ret

        .data
        .globl  ___mobius_gate
        .balign 4
___mobius_gate:
        .long   gate_int
