/* utf8.c: see utf8.h. Widths: Unicode Standard Annex 11 (East Asian Width W and F), and the general
 * categories Mn, Me and Cf, both by block where nearly all of a block is alike. */
#include "utf8.h"

struct range {
  uint32_t first, last;
};

static const struct range combining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},  {0x064B, 0x065F},
    {0x06D6, 0x06DC}, {0x0730, 0x074A}, {0x093C, 0x093C}, {0x094D, 0x094D},  {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},  {0x200B, 0x200F},
    {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20F0}, {0x302A, 0x302D},  {0x3099, 0x309A},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};

static const struct range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
    {0xA000, 0xA4C6},   {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE10, 0xFE19},   {0xFE30, 0xFE6B},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x17000, 0x18AFF}, {0x1B000, 0x1B2FB}, {0x1F300, 0x1F320}, {0x1F32D, 0x1F335},
    {0x1F337, 0x1F37C}, {0x1F3A0, 0x1F3CA}, {0x1F3E0, 0x1F3F0}, {0x1F400, 0x1F43E},
    {0x1F442, 0x1F4FC}, {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F900, 0x1F9FF},
    {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD}};

#define IS_IN(table, code) is_in(table, sizeof(table) / sizeof *(table), code)

static int is_in(const struct range *table, size_t count, uint32_t code) {
  for (size_t i = 0; i < count && table[i].first <= code; i++) {
    if (code <= table[i].last) return 1;
  }
  return 0;
}

size_t utf8_length(unsigned char first) {
  if (first < 0xC2 || first > 0xF4) return 1;
  return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

size_t utf8_take(const char *at, size_t left, uint32_t *code) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  unsigned char first = (unsigned char)*at;
  size_t length = utf8_length(first);
  *code = UTF8_INVALID;
  if (first < 0x80) *code = first;
  if (length == 1 || length > left) return 1;
  uint32_t value = first & (0x7Fu >> length);
  for (size_t i = 1; i < length; i++) {
    if (((unsigned char)at[i] & 0xC0) != 0x80) return 1;
    value = value << 6 | ((unsigned char)at[i] & 0x3F);
  }
  if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return 1;
  *code = value;
  return length;
}

unsigned code_columns(uint32_t code) {
  if (code < 0x300) return 1;
  return IS_IN(combining, code) ? 0 : IS_IN(wide, code) ? 2 : 1;
}
