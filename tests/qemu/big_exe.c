/* big_exe.c: an EXE with 96 MiB of read-only pages of which it touches 100 (R16). */
#include <stdint.h>
#include <stdio.h>
#include <vmm.h>

extern const uint32_t big[];
__asm__(".section .rdata,\"dr\"\n.balign 4096\n.globl _big\n"
        "_big: .incbin \"" PAGES_FILE "\"\n.text");

int main(void) {
  static struct vmm_stats before, after;
  int right = 1;
  VmmStats(&before, sizeof before);
  for (uint32_t i = 0; i < 100; i++) {
    uint32_t page = i * 7919 % (96 << 8);
    right &= big[page * 1024] == page && big[page * 1024 + 1023] == page;
  }
  VmmStats(&after, sizeof after);
  unsigned pages = (unsigned)(after.pages_in - before.pages_in);
  unsigned whole = (unsigned)after.pages_in;
  printf("%s R16_pages_of_a_big_exe\n", right ? "PASS" : "FAIL");
  if (whole <= 200) printf("PASS R16_only_touched_pages_are_read\n");
  else printf("FAIL R16_only_touched_pages_are_read: %u, %u in all\n", pages, whole);
  return !right;
}
