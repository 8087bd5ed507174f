; Every way into the kernel but SYSENTER (sysenter.asm), and the way back.
;
; Step 1 of a page fault. The processor has switched to the thread's kernel stack and cleared IF,
; TF, NT and RF; what user mode may have left behind is in DF, AC and the segment registers. AC
; means nothing at ring 0, DF is cleared here, ds and es are loaded. fs and gs are not used by the
; kernel and keep the user's values until the next switch of threads. AC, IOPL and ID stay in EFLAGS
; as long.
;
; What IRET loads cannot be refused: CS and SS were loaded when user mode was left, and no
; descriptor ever changes its kind.
bits 32
%include "arch/i386/selectors.inc"
%include "arch/i386/system_call.inc"

; Offsets in a TrapFrame (trap_frame.h).
FRAME_CS equ 13 * 4

extern arch_hooks, page_fault, trap_exception, trap_interrupt, panic_double_fault
extern before_user_return_c, user_return_work
global trap_entries, system_call_entry, double_fault_entry, double_fault_stack_top
global trap_return

section .text

%macro enter_kernel 0
    pusha
    push ds
    push es
    mov eax, KERNEL_DATA
    mov ds, eax
    mov es, eax
    cld
%endmacro

%macro exception 1
entry%1:
  %if %1 != 10 && %1 != 11 && %1 != 12 && %1 != 13 && %1 != 17
    push 0
  %endif
    push %1
    jmp exception_common
%endmacro

%macro interrupt 1
entry%1:
    push 0
    push %1
    jmp interrupt_common
%endmacro

align 16
entry14:                        ; page fault: its own path, for it is the one that matters
    push 14
    enter_kernel
    push esp
    call page_fault
    add esp, 4
trap_return:
    test byte [esp + FRAME_CS], 3
    jz .restore
.to_user:
    cmp dword [user_return_work], 0
    jne .work
.restore:
    pop_user es
    pop_user ds
    popa
    add esp, 8
    iret
.work:
    call before_user_return_c
    jmp .to_user

align 16
interrupt_common:
    enter_kernel
    push esp
    call trap_interrupt
    add esp, 4
    jmp trap_return

exception_common:
    enter_kernel
    push esp
    call trap_exception
    add esp, 4
    jmp trap_return

; int 0x30. EBX, ESI, EDI and EBP are kept by the C++ handler, as by every C function; EDX is kept
; here; EAX and ECX come out of the SyscallResult, which lies just below EDX.
align 16
system_call_entry:
    push edx
    cld
    call_system_call
    cmp dword [user_return_work], 0
    jne .work
.restore:
    pop eax
    pop ecx
    pop_user es
    pop_user ds
    pop edx
    iret
.work:
    call before_user_return_c
    cmp dword [user_return_work], 0
    jne .work
    jmp .restore

; The double fault's task begins here, on its own stack, its error code (always 0) on top.
double_fault_entry:
    cld
    call panic_double_fault

%assign vector 0
%rep 32
  %if vector != 14
    exception vector
  %endif
  %assign vector vector + 1
%endrep
%rep 16
    interrupt vector
  %assign vector vector + 1
%endrep

section .rodata
align 4
trap_entries:
%assign vector 0
%rep 48
    dd entry%+vector
  %assign vector vector + 1
%endrep

section .bss
align 16
    resb 4096
double_fault_stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
