/* utf8.h: what characters there are in bytes, and how many columns a terminal gives them. Pure. */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_INVALID 0xFFFFFFFFu

/* The character that `at` begins with, of `left` bytes (at least 1); returns its length. A byte
 * that begins none is one of length 1 that is UTF8_INVALID. */
size_t utf8_take(const char *at, size_t left, uint32_t *code);
/* How long a character is that begins with this byte; 1 for bytes that begin none. */
size_t utf8_length(unsigned char first);
/* 0: combines with the one before; 2: wide; else 1, invalid ones too: something is shown. */
unsigned code_columns(uint32_t code);

#endif
