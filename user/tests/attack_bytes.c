/* attack_bytes.c: children that jump into random bytes, or into random privileged and odd
 * instructions, with random registers, flags and selectors. Each ends, by itself or killed, and
 * nobody else notices.  attack_bytes [COUNT [SEED]] */
#include "attacks.h"
#include "odd_instructions.h"

#define CODE_PAGES 2
#define BOUND_NS 60000000ull

/* What the assembly below reads: selectors, flags, registers; and where it jumps to. */
struct state {
  uint32_t es, fs, gs, flags, eax, ebx, ecx, edx, esi, edi, ebp, code, ds;
};
struct state attack_state;
void attack(void) __attribute__((noreturn));
__asm__(
    ".globl _attack\n"
    "_attack: movw _attack_state, %es; movw _attack_state+4, %fs; movw _attack_state+8, %gs\n"
    "movl _attack_state+16, %eax; movl _attack_state+20, %ebx; movl _attack_state+24, %ecx\n"
    "movl _attack_state+28, %edx; movl _attack_state+32, %esi; movl _attack_state+36, %edi\n"
    "movl _attack_state+40, %ebp; pushl _attack_state+44; pushl _attack_state+12\n"
    "movw _attack_state+48, %ds; popfl; ret\n");

static uint32_t random_selector(void) {
  static const uint8_t ours[] = {0, 3, 0x18, 0x1B, 0x20, 0x23, 0x30, 0x33};
  return random_below(4) ? 0x23 : ours[random_below(sizeof ours)];
}

static void random_bytes(uint8_t *code, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) code[i] = (uint8_t)(random_word() >> 16);
}

/* One odd instruction after another, each with random bytes for operands. */
static void random_instructions(uint8_t *code, size_t bytes) {
  for (size_t at = 0; at + 64 < bytes;) {
    const struct odd *odd = &odd_instructions[random_below(odd_count)];
    if (random_below(8) == 0) code[at++] = odd_prefixes[random_below(sizeof odd_prefixes)];
    memcpy(code + at, odd->code, odd->bytes);
    at += odd->bytes + random_below(7);
  }
}

static uint32_t random_register(const uint8_t *data) {
  switch (random_below(4)) {
    case 0: return random_word();
    case 1: return random_below(0x600);
    case 2: return 0x80000000 + random_below(0x200000);
    default: return (uint32_t)(uintptr_t)data + random_below(CODE_PAGES * PAGE);
  }
}

static int child(uint32_t seed) {
  seed_random(seed);
  uint8_t *code = (uint8_t *)take_pages(CODE_PAGES), *data = (uint8_t *)take_pages(CODE_PAGES);
  random_bytes(code, CODE_PAGES * PAGE);
  random_bytes(data, CODE_PAGES * PAGE);
  if (seed % 4) random_instructions(code, CODE_PAGES * PAGE);
  attack_state.ds = random_selector(), attack_state.es = random_selector();
  attack_state.fs = random_selector(), attack_state.gs = random_selector();
  attack_state.flags = (random_word() & ~0x100u) | (random_below(8) ? 0 : 0x100);
  uint32_t *registers = &attack_state.eax;
  for (int i = 0; i < 7; i++) registers[i] = random_register(data);
  attack_state.code = (uint32_t)(uintptr_t)code;
  attack();
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "child") == 0) return child((uint32_t)atoi(argv[2]));
  struct attack attack = attack_of(argv, argc);
  end_within(start_numbered(argv[0], "child", attack.seed), BOUND_NS);
  struct holdings before = holdings_now();
  for (uint32_t i = 0; i < attack.count; i++) {
    uint32_t pid = start_numbered(argv[0], "child", attack.seed + i);
    ends[end_within(pid, BOUND_NS).end]++;
  }
  show_ends();
  check_all_back(before);
  return finish();
}
