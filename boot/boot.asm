; The first instructions: from the boot loader's world into the higher half.
;
; A Multiboot 1 loader enters `_start` in 32-bit protected mode without paging, EAX holding the
; magic number and EBX the physical address of its information. Paging is switched on with one
; page table that shows the first 4 MiB twice: where they are, for the few instructions until the
; jump, and at kKernelBase + physical, where the kernel is linked. kernel_main gets both words.
; The directory and the table stay in use: arch/i386/kernel_directory.cpp completes them.
bits 32

KERNEL_BASE equ 0x80000000
CR0_FLAGS   equ 0x80050033      ; PG, AM, WP, NE, ET, MP, PE (SDM Vol. 3A, 2.5)
ENTRY_FLAGS equ 3               ; writable, present

section .multiboot align=4
header:
    dd 0x1BADB002               ; Multiboot Specification 0.6.96, section 3.1
    dd 0x00000003               ; modules on page borders, tell us about memory
    dd -(0x1BADB002 + 0x00000003)

section .boot.text exec nowrite align=16
global _start
extern kernel_main, kernel_directory, first_table, boot_stack_top
_start:
    cli
    cld
    mov esi, eax
    mov ebp, ebx

    mov edi, first_table - KERNEL_BASE
    mov eax, ENTRY_FLAGS
    mov ecx, 1024
.fill:
    stosd
    add eax, 4096
    loop .fill

    mov edi, kernel_directory - KERNEL_BASE
    mov eax, (first_table - KERNEL_BASE) + ENTRY_FLAGS
    mov [edi], eax
    mov [edi + (KERNEL_BASE >> 22) * 4], eax

    mov cr3, edi
    mov eax, CR0_FLAGS
    mov cr0, eax
    mov eax, high_half
    jmp eax

section .text
high_half:
    fninit
    mov esp, boot_stack_top
    xor eax, eax
    push eax                    ; no caller: a backtrace ends here
    push eax
    mov ecx, ebp
    mov ebp, esp
    push ecx                    ; physical address of the Multiboot information
    push esi                    ; the loader's magic
    call kernel_main
.halt:
    cli
    hlt
    jmp .halt

section .note.GNU-stack noalloc noexec nowrite progbits
