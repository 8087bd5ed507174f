; Changing stacks: between threads, and down to user mode for the first time.
bits 32
%include "arch/i386/selectors.inc"

global switch_stacks, thread_start, enter_user_mode

section .text

; switch_stacks(save_esp, new_esp): what C++ keeps across a call, and the segment registers that the
; kernel leaves as user mode had them, lie on the stack of a thread that is not running. Loading fs
; takes the base of the new thread's TLS, which is in the GDT by now.
align 16
switch_stacks:
    mov eax, [esp + 4]
    mov edx, [esp + 8]
    push ebp
    push ebx
    push esi
    push edi
    push fs
    push gs
    mov [eax], esp
    mov esp, edx
    push 2                      ; every flag off: SYSEXIT is not to take AC, IOPL or ID of the
    popfd                       ; thread before along
    pop_user gs
    pop_user fs
    pop edi
    pop esi
    pop ebx
    pop ebp
    ret

; A thread's first instruction: its entry is on top, then 0 for a return address, then the argument.
thread_start:
    xor ebp, ebp                ; a backtrace ends here
    ret

; enter_user_mode(eip, esp)
enter_user_mode:
    mov ecx, [esp + 4]
    mov edx, [esp + 8]
    mov eax, USER_DATA
    push eax
    push edx
    push 0x202                  ; interrupts on, nothing else
    push USER_CODE
    push ecx
    mov ds, eax
    mov es, eax
    mov eax, THREAD_DATA
    mov fs, eax
    xor eax, eax
    mov gs, eax
    xor ebx, ebx
    xor ecx, ecx
    xor edx, edx
    xor esi, esi
    xor edi, edi
    xor ebp, ebp
    iret

section .note.GNU-stack noalloc noexec nowrite progbits
