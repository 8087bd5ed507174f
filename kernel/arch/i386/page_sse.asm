; zero_page_sse(page) and copy_page_sse(to, from): 4096 bytes on a page boundary, sixteen at a time.
; Called only where CPUID has SSE.
;
; The registers hold what the running thread has in them: they are put back. Nothing else runs in
; between that could use them: the kernel is not preempted, and interrupt handlers fill no pages.
bits 32
global zero_page_sse, copy_page_sse

section .text
align 16
zero_page_sse:
    mov eax, [esp + 4]
    sub esp, 16
    lea ecx, [eax + 4096]
    movups [esp], xmm0
    xorps xmm0, xmm0
.next:
%assign offset 0
%rep 64
    movaps [eax + offset], xmm0
%assign offset offset + 16
%endrep
    add eax, 1024
    cmp eax, ecx
    jne .next
    movups xmm0, [esp]
    add esp, 16
    ret

align 16
copy_page_sse:
    mov eax, [esp + 4]
    mov edx, [esp + 8]
    sub esp, 64
    lea ecx, [eax + 4096]
%assign n 0
%rep 4
    movups [esp + 16 * n], xmm %+ n
%assign n n + 1
%endrep
.next:
%assign offset 0
%rep 4
    movaps xmm0, [edx + offset]
    movaps xmm1, [edx + offset + 16]
    movaps xmm2, [edx + offset + 32]
    movaps xmm3, [edx + offset + 48]
    movaps [eax + offset], xmm0
    movaps [eax + offset + 16], xmm1
    movaps [eax + offset + 32], xmm2
    movaps [eax + offset + 48], xmm3
%assign offset offset + 64
%endrep
    add edx, 256
    add eax, 256
    cmp eax, ecx
    jne .next
%assign n 0
%rep 4
    movups xmm %+ n, [esp + 16 * n]
%assign n n + 1
%endrep
    add esp, 64
    ret

section .note.GNU-stack noalloc noexec nowrite progbits
