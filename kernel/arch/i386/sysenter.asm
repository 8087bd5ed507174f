; The fast system call (abi/sysenter.h has the convention, cpu.cpp sets the MSRs).
;
; SYSENTER switches to the thread's kernel stack (SYSENTER_ESP is kept equal to TSS.esp0) and clears
; IF, but nothing else: DF, NT, TF and AC are the user's for two more instructions. TF set means a
; single-step trap in between, at ring 0: trap.cpp knows this range and ends the program as if the
; trap had come at the SYSENTER instruction. ESI and EBP, the way back, are kept by the handler as
; by every C function.
bits 32
%include "arch/i386/selectors.inc"
%include "arch/i386/system_call.inc"

extern arch_hooks, before_user_return_c, user_return_work
global sysenter_entry, sysenter_flags_clean

section .text
align 16
sysenter_entry:
    push 2                      ; every flag off
    popfd
sysenter_flags_clean:
    call_system_call
.check:
    cmp dword [user_return_work], 0
    jne .work
    ; The last instruction above that sets flags compared equal: nothing of ours is in EFLAGS.
    mov edx, esi
    mov ecx, ebp
    pop eax
    pop esi
    pop_user es
    pop_user ds
    sti                         ; takes effect after SYSEXIT
    sysexit
.work:
    call before_user_return_c
    jmp .check

section .note.GNU-stack noalloc noexec nowrite progbits
