/* paged.c: an EXE with 8 MiB of read-only pages, which it touches one after another. Exit status 0:
 * each was right. kill_paging.c kills it in the middle. */
#include <stddef.h>
#include <stdint.h>

#define IMAGE_WORDS (2048u * 1024u)

extern const volatile uint32_t image[];
__asm__(".section .rdata,\"dr\"\n.balign 4096\n.globl _image\n"
        "_image: .fill 2048 * 1024, 4, 0x5AA55AA5\n.text");

int main(void) {
  for (size_t i = 0; i < IMAGE_WORDS; i += 1024) {
    if (image[i] != 0x5AA55AA5) return 1;
  }
  return 0;
}
