/* keys.h: what keys the bytes stand for that a terminal sends. Pure. */
#ifndef KEYS_H
#define KEYS_H

#include <stddef.h>

#define CTRL(letter) ((letter)&31)

enum key {
  KEY_NONE = 0x200,
  KEY_CHARACTER,
  KEY_UP,
  KEY_DOWN,
  KEY_RIGHT,
  KEY_LEFT,
  KEY_WORD_RIGHT,
  KEY_WORD_LEFT,
  KEY_HOME,
  KEY_END,
  KEY_DELETE
};

struct keys {
  enum { PLAIN, ESCAPE, SEQUENCE, CHARACTER } state;
  unsigned numbers[2], place; /* ESC [ 1 ; 5 C */
  char character[4];          /* of KEY_CHARACTER */
  size_t length, wanted;
};

/* The key that this byte completes: a control byte, KEY_CHARACTER, another KEY_...; KEY_NONE where
 * there is more to come, or it means nothing. */
int keys_take(struct keys *keys, unsigned char byte);

#endif
