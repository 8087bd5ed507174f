// Text put together: see text.h.
#include "base/text.h"

#include <algorithm>
#include <charconv>

namespace mobius {

TextWriter& TextWriter::add(std::string_view text) {
  const size_t n = std::min(text.size(), capacity_ - size_);
  std::copy_n(text.begin(), n, begin_ + size_);
  size_ += n;
  return *this;
}

TextWriter& TextWriter::add_decimal(int64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return add({digits, static_cast<size_t>(end - digits)});
}

TextWriter& TextWriter::add_hex(uint32_t value) {
  char digits[8];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
  return add("0x").add({digits, static_cast<size_t>(end - digits)});
}

TextWriter& TextWriter::add_word(uint32_t value) {
  char digits[8];
  for (int i = 7; i >= 0; --i, value >>= 4) digits[i] = "0123456789abcdef"[value & 15];
  return add({digits, sizeof digits});
}

}  // namespace mobius
