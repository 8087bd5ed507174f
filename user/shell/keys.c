/* keys.c: see keys.h. ESC [ A, ESC O A, ESC [ 3 ~, ESC [ 1 ; 5 C and the like: xterm's. */
#include "keys.h"

#include <stdbool.h>

#include "utf8.h"

static int take_character(struct keys *keys, unsigned char byte) {
  uint32_t code;
  keys->character[keys->length++] = (char)byte;
  if (keys->length < keys->wanted) return KEY_NONE;
  keys->state = PLAIN;
  utf8_take(keys->character, keys->length, &code);
  return code == UTF8_INVALID ? KEY_NONE : KEY_CHARACTER;
}

static int take_plain(struct keys *keys, unsigned char byte) {
  keys->state = PLAIN;
  if (byte == 27) {
    keys->state = ESCAPE;
    return KEY_NONE;
  }
  if (byte < ' ' || byte == 127) return byte;
  keys->state = CHARACTER;
  keys->length = 0;
  keys->wanted = utf8_length(byte);
  return take_character(keys, byte);
}

static int numbered(unsigned number) {
  switch (number) {
    case 1:
    case 7:
      return KEY_HOME;
    case 3:
      return KEY_DELETE;
    case 4:
    case 8:
      return KEY_END;
    default:
      return KEY_NONE;
  }
}

static int take_sequence(struct keys *keys, unsigned char byte) {
  unsigned *number = &keys->numbers[keys->place];
  if (byte >= '0' && byte <= '9') {
    *number = *number * 10 % 1000 + (byte - '0');
    return KEY_NONE;
  }
  if (byte == ';') {
    keys->place = 1;
    keys->numbers[1] = 0;
    return KEY_NONE;
  }
  if (byte < 0x40) return byte < ' ' ? take_plain(keys, byte) : KEY_NONE;
  keys->state = PLAIN;
  bool control = keys->numbers[1] == 5;
  switch (byte) {
    case 'A':
      return KEY_UP;
    case 'B':
      return KEY_DOWN;
    case 'C':
      return control ? KEY_WORD_RIGHT : KEY_RIGHT;
    case 'D':
      return control ? KEY_WORD_LEFT : KEY_LEFT;
    case 'H':
      return KEY_HOME;
    case 'F':
      return KEY_END;
    case '~':
      return numbered(keys->numbers[0]);
    default:
      return KEY_NONE;
  }
}

int keys_take(struct keys *keys, unsigned char byte) {
  switch (keys->state) {
    case PLAIN:
      return take_plain(keys, byte);
    case ESCAPE:
      keys->state = PLAIN;
      if (byte != '[' && byte != 'O') return byte < ' ' ? take_plain(keys, byte) : KEY_NONE;
      keys->state = SEQUENCE;
      keys->numbers[0] = keys->numbers[1] = 0;
      keys->place = 0;
      return KEY_NONE;
    case SEQUENCE:
      return take_sequence(keys, byte);
    case CHARACTER:
      if ((byte & 0xC0) != 0x80) return take_plain(keys, byte);
      return take_character(keys, byte);
  }
  return KEY_NONE;
}
