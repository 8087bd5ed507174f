// What a panic writes with: text put together without allocating, shown on log and screen.
#pragma once

#include <cstdint>
#include <string_view>

namespace mobius::arch {

// A line; what does not fit is cut off.
class PanicText {
 public:
  PanicText& add(std::string_view text);
  PanicText& add_hex(uint32_t value);    // 0x and as many digits as it needs
  PanicText& add_word(uint32_t value);   // eight digits
  PanicText& add_decimal(uint32_t value);
  std::string_view text() const { return {text_, size_}; }

 private:
  char text_[160];
  uint32_t size_ = 0;
};

// Begins a screen of white on blue.
void clear_panic_screen();
// The last line, on the screen alone.
void show_panic_end();
// A line, on log and screen.
void show_panic_line(std::string_view line);

}  // namespace mobius::arch
