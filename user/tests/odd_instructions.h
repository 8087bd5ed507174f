/* odd_instructions.h: instructions that a program has no use for, for attack_bytes.c. */
#ifndef ODD_INSTRUCTIONS_H
#define ODD_INSTRUCTIONS_H

#include <stddef.h>
#include <stdint.h>

struct odd {
  const void *code;
  uint8_t bytes;
};
#define ODD(text) {text, sizeof text - 1}

/* An IRET to virtual 8086 mode with interrupts on, at an address in no block: QEMU lets it. */
#define IRET_VM                                                                     \
  "\x68\x10\x00\x00\x00\x68\x08\x00\x00\x00\x68\x00\x10\x00\x00\x68\x28\x00\x00\x00" \
  "\x6A\x23\x6A\x00\x68\x02\x02\x02\x00\x68\x03\x00\x00\x00\x6A\x00\xCF"

static const struct odd odd_instructions[] = {
    ODD("\xCD"), ODD("\xCD\x30"), ODD("\xCD\x03"), ODD("\xCC"), ODD("\xCE"), ODD("\xF1"),
    ODD("\x0F\x34"), ODD("\x0F\x05"), ODD("\x0F\x35"), ODD("\x0F\x07"), ODD("\xCF"), ODD("\xCB"),
    ODD("\xCA"), ODD("\xEA"), ODD("\x9A"), ODD("\xFF\x28"), ODD("\xFF\x1B"), ODD(IRET_VM),
    ODD("\xF4"), ODD("\xFA"), ODD("\xFB"), ODD("\xE4"), ODD("\xE6"), ODD("\xEC"), ODD("\xEF"),
    ODD("\x6C"), ODD("\x6F"), ODD("\x9D"), ODD("\x9C"), ODD("\x6A\xFF\x9D"),
    ODD("\x68\x00\x41\x04\x00\x9D"), ODD("\x68\x02\x77\x24\x00\x9D\xCD\x30"),
    ODD("\x1F"), ODD("\x07"), ODD("\x17"), ODD("\x0F\xA1"), ODD("\x0F\xA9"), ODD("\x8E\xD8"),
    ODD("\x8E\xC1"), ODD("\x8E\xD2"), ODD("\x8E\xE3"), ODD("\x8E\xE8"), ODD("\x8E\xC8"),
    ODD("\xC5\x06"), ODD("\xC4\x07"), ODD("\x0F\xB2\x06"), ODD("\x0F\xB4\x07"),
    ODD("\x0F\xB5\x03"), ODD("\x0F\x00\xD0"), ODD("\x0F\x00\xDB"), ODD("\x0F\x00\xE1"),
    ODD("\x0F\x00\xEA"), ODD("\x0F\x02\xC3"), ODD("\x0F\x03\xC3"), ODD("\x0F\x01\x13"),
    ODD("\x0F\x01\x1B"), ODD("\x0F\x01\x03"), ODD("\x0F\x01\x0B"), ODD("\x0F\x01\xF0"),
    ODD("\x0F\x01\xE0"), ODD("\x0F\x01\x3B"), ODD("\x0F\x06"), ODD("\x0F\x08"), ODD("\x0F\x09"),
    ODD("\x0F\x20\xC0"), ODD("\x0F\x22\xC0"), ODD("\x0F\x22\xD8"), ODD("\x0F\x22\xE0"),
    ODD("\x0F\x21\xF8"), ODD("\x0F\x23\xF8"), ODD("\x0F\x30"), ODD("\x0F\x32"), ODD("\x0F\x33"),
    ODD("\x0F\x31"), ODD("\x0F\xA2"), ODD("\x0F\x0B"), ODD("\x0F\xFF"), ODD("\x0F\xAA"),
    ODD("\x0F\x01\xC8"), ODD("\x0F\x01\xC9"), ODD("\x0F\x01\xD1"), ODD("\x0F\x01\xD9"),
    ODD("\xDD\x26"), ODD("\xDD\x36"), ODD("\xD9\x26"), ODD("\xD9\x2E"), ODD("\xDB\xE3"),
    ODD("\xD9\xE8"), ODD("\xDE\xF9"), ODD("\x9B"), ODD("\x0F\xAE\x06"), ODD("\x0F\xAE\x0E"),
    ODD("\x0F\xAE\x17"), ODD("\x0F\xAE\x1F"), ODD("\x0F\x77"), ODD("\x62\x06"), ODD("\x63\x06"),
    ODD("\xF7\xF1"), ODD("\xD4\x00"), ODD("\xC8\xFF\xFF\x1F"), ODD("\xA4"), ODD("\xF3\xA4"),
    ODD("\xF3\xAB"), ODD("\xFD"), ODD("\xBC"), ODD("\x8B\xE0"), ODD("\xB8"), ODD("\xB9"),
    ODD("\xBA"), ODD("\xBE"), ODD("\xBD"), ODD("\x50"), ODD("\x58"), ODD("\x60"), ODD("\x61"),
    ODD("\x8E\xD1\xCD\x30"), ODD("\x6A\x33\x17\xCD\x30"), ODD("\x6A\x33\x17\x0F\x34"),
    ODD("\x68\x02\x01\x00\x00\x9D\x0F\x34"), ODD("\x68\x02\x41\x04\x00\x9D\x0F\x34"),
    ODD("\xB8\x00\x01\x00\x00\x31\xC9\xCD\x30"), ODD("\xB8\x03\x02\x00\x00\x31\xC9\x0F\x34")};
static const size_t odd_count = sizeof odd_instructions / sizeof *odd_instructions;

static const uint8_t odd_prefixes[] = {0xF0, 0xF2, 0xF3, 0x66, 0x67, 0x26, 0x2E, 0x36, 0x64, 0x65};

#endif
