/* mode_table.h: the modes and the entries of modes.c. */
#ifndef MODE_TABLE_H
#define MODE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define TF_FLAG 0x100u
#define VM_FLAG 0x20000u
#define UNMAPPED 0x6FFF0000u

/* Flags and segment registers. OF is always set, for INTO; IF in virtual 8086 mode, too: without it
 * QEMU's machine stands still at the first loop, whatever a kernel does. */
struct mode {
  const char *name;
  uint32_t flags, ds, es, fs, gs;
};
#define FLAGS(name, bits) {name, 0xA02 | (bits), 0x23, 0x23, 0x33, 0}
#define SELECTORS(name, ...) {name, 0xA02, __VA_ARGS__}
#define VIRTUAL(name, bits, ...) {"virtual_8086_" name, 0x20A02 | (bits), __VA_ARGS__}
static const struct mode modes[] = {
    FLAGS("plain", 0), FLAGS("TF", TF_FLAG), FLAGS("NT", 0x4000), FLAGS("AC", 0x40000),
    FLAGS("DF", 0x400), FLAGS("IOPL", 0x3000), FLAGS("RF_ID_VIF_VIP", 0x390000),
    FLAGS("DF_NT_AC_IOPL", 0x47400), FLAGS("TF_NT_AC_DF", 0x44500),
    SELECTORS("null", 0, 0, 0, 0), SELECTORS("null_of_ring_3", 3, 3, 3, 3),
    SELECTORS("of_rings_0_to_3", 0x20, 0x21, 0x32, 0x1B), SELECTORS("code", 0x1B, 0x18, 0x19, 0x1A),
    SELECTORS("thread_data", 0x33, 0x30, 0x23, 0x33),
    VIRTUAL("plain", 0, 0x1000, 0x1000, 0x1000, 0x1000),
    VIRTUAL("IOPL", 0x3000, 0x1000, 0x1000, 0x1000, 0x1000),
    VIRTUAL("TF", TF_FLAG, 0x1000, 0x1000, 0x1000, 0x1000),
    VIRTUAL("DF_NT_AC_IOPL", 0x47400, 0x1000, 0x1000, 0x1000, 0x1000),
    VIRTUAL("of_the_kernel", 0, 0x10, 0x8, 0x10, 0x8),
    VIRTUAL("task_and_beyond", 0x3000, 0x28, 0x38, 0x40, 0xFFFF),
    VIRTUAL("LDT", 0, 0x1007, 0x14, 0x1C, 0x7FFC)};
static const size_t mode_count = sizeof modes / sizeof *modes;

enum operand { NOTHING, FRESH, LIMITS, NOWHERE };
enum outcome { GOES_ON, ENDS, PRIVILEGED /* ends, for it is not for ring 3 */ };

/* Its instruction, but for a 32-bit address at the end; in 16 bits, where that differs: whole. */
struct entry {
  const char *name;
  const void *code;
  size_t bytes;
  const void *code_16;
  size_t bytes_16;
  enum operand operand;
  enum outcome outcome;
};
#define CODE(text) text, sizeof text - 1
#define SAME NULL, 0
static const struct entry entries[] = {
    {"sysenter", CODE("\x0F\x34"), SAME, NOTHING, GOES_ON},
    {"int3", CODE("\xCC"), SAME, NOTHING, ENDS},
    {"into", CODE("\xCE"), SAME, NOTHING, ENDS},
    {"int1", CODE("\xF1"), SAME, NOTHING, ENDS},
    {"bound", CODE("\x36\x62\x0D"), CODE("\x36\x62\x0E\x00\x40"), LIMITS, ENDS},
    {"ud2", CODE("\x0F\x0B"), SAME, NOTHING, ENDS},
    {"divide", CODE("\xF7\xF1"), SAME, NOTHING, ENDS},
    {"hlt", CODE("\xF4"), SAME, NOTHING, PRIVILEGED},
    {"cli", CODE("\xFA"), SAME, NOTHING, PRIVILEGED},
    {"in", CODE("\xE4\x64"), SAME, NOTHING, PRIVILEGED},
    {"lldt", CODE("\x0F\x00\xD0"), SAME, NOTHING, PRIVILEGED},
    {"syscall", CODE("\x0F\x05"), SAME, NOTHING, PRIVILEGED},
    {"sysexit", CODE("\x0F\x35"), SAME, NOTHING, PRIVILEGED},
    {"iret_nowhere", CODE("\x6A\x02\x6A\x10\x6A\x00\xCF"), SAME, NOTHING, PRIVILEGED},
    {"fault_served", CODE("\x36\xC6\x05"), CODE("\x36\xC6\x06\x00\x70\x01"), FRESH, GOES_ON},
    {"fault_not_served", CODE("\x36\xA0"), CODE("\x36\xA0\x00\xF0"), NOWHERE, ENDS},
    {"clock", CODE("\xB9\x80\x8D\x5B\x00\xE2\xFE"), CODE("\xEB\xFE"), NOTHING, GOES_ON}};
static const size_t entry_count = sizeof entries / sizeof *entries;

#endif
