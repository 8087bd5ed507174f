// TextBuffer: a line of text put together without allocating; what does not fit is cut off.
#pragma once

#include <cstdint>
#include <string_view>

namespace mobius {

class TextWriter {
 public:
  TextWriter(char* begin, size_t capacity) : begin_(begin), capacity_(capacity) {}
  TextWriter(const TextWriter&) = delete;

  TextWriter& add(std::string_view text);
  TextWriter& add_decimal(int64_t value);
  TextWriter& add_hex(uint32_t value);        // 0x and as many digits as it needs
  TextWriter& add_word(uint32_t value);       // eight digits, no 0x

  std::string_view text() const { return {begin_, size_}; }
  void clear() { size_ = 0; }

 private:
  char* const begin_;
  const size_t capacity_;
  size_t size_ = 0;
};

template <size_t kCapacity>
class TextBuffer : public TextWriter {
 public:
  TextBuffer() : TextWriter(bytes_, kCapacity) {}

 private:
  char bytes_[kCapacity];
};

}  // namespace mobius
