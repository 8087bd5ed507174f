; The memory the machine starts with: page directory, two page tables, the boot thread's stack.
; The linker script puts .bss.page on a page; everything in it is a whole number of pages.
bits 32
section .bss.page nobits alloc noexec write align=4096
global kernel_directory, first_table, window_table, boot_stack_guard, boot_stack_top
kernel_directory: resb 4096
first_table:      resb 4096
window_table:     resb 4096
boot_stack_guard: resb 4096     ; unmapped by kernel_directory.cpp
                  resb 8192
boot_stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
