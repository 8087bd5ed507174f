; user_copy(to, from, bytes): the only instructions of the kernel that touch user memory.
;
; A page fault between user_copy_begin and user_copy_end on a user address is resolved and the
; instruction repeated, or continued at user_copy_exit with the reason in EAX (user_copy.cpp).
bits 32
global user_copy, user_copy_begin, user_copy_end, user_copy_exit

section .text
align 16
user_copy:
    push esi
    push edi
    mov edi, [esp + 12]
    mov esi, [esp + 16]
    mov ecx, [esp + 20]
    mov edx, ecx
    shr ecx, 2
user_copy_begin:
    rep movsd
    mov ecx, edx
    and ecx, 3
    rep movsb
user_copy_end:
    xor eax, eax
user_copy_exit:
    pop edi
    pop esi
    ret

section .note.GNU-stack noalloc noexec nowrite progbits
