// The text screen: see vga_text.h.
#include "drivers/vga_text.h"

#include <algorithm>

namespace mobius::drivers {
namespace {

constexpr uint16_t kCrtcIndex = 0x3D4, kCrtcData = 0x3D5;
constexpr uint8_t kCursorHigh = 0x0E, kCursorLow = 0x0F;
constexpr uint8_t kGrey = 0x07, kBright = 0x08;
// ANSI's colour order to the VGA's.
constexpr uint8_t kVgaColour[8] = {0, 4, 2, 6, 1, 5, 3, 7};

}  // namespace

void VgaText::clear() {
  erase(0, kColumns * kRows);
  move_to(0, 0);
  cursor_moved_ = true;
}

void VgaText::write(std::string_view text) {
  for (char byte : text) put(static_cast<uint8_t>(byte));
  cursor_moved_ = true;
}

void VgaText::put(uint8_t byte) {
  switch (sequence_.take(byte)) {
    case EscapeSequence::Step::Text:
      if (byte < ' ') {
        put_control(byte);
      } else {
        put_character(byte);
      }
      break;
    case EscapeSequence::Step::Taken: break;
    case EscapeSequence::Step::Finished: finish_sequence(byte); break;
    case EscapeSequence::Step::Broken: put_control(byte); break;
  }
}

void VgaText::put_control(uint8_t byte) {
  switch (byte) {
    case '\n': new_line(); break;
    case '\r': column_ = 0; break;
    case '\b': column_ = column_ > 0 ? std::min(column_, kColumns) - 1 : 0; break;
    case '\t':
      do {
        put_character(' ');
      } while (column_ % 8 != 0);
      break;
    default: break;
  }
}

void VgaText::put_character(uint8_t byte) {
  if (byte == 0x7F || (byte & 0xC0) == 0x80) return;  // one cell for a UTF-8 character
  if (column_ >= kColumns) new_line();
  const uint8_t shown = byte < 0x80 ? byte : '?';
  cell(row_ * kColumns + column_) = static_cast<uint16_t>(colours_ << 8 | shown);
  ++column_;
}

void VgaText::finish_sequence(uint8_t final_byte) {
  const unsigned column = std::min(column_, kColumns - 1);
  const unsigned n = sequence_.parameter(0, 1);
  switch (final_byte) {
    case 'A': move_to(row_ - std::min(row_, n), column); break;
    case 'B': move_to(row_ + n, column); break;
    case 'C': move_to(row_, column + n); break;
    case 'D': move_to(row_, column - std::min(column, n)); break;
    case 'G': move_to(row_, n - 1); break;
    case 'H':
    case 'f': move_to(n - 1, sequence_.parameter(1, 1) - 1); break;
    case 'J': {
      const unsigned here = row_ * kColumns + column;
      const unsigned what = sequence_.parameter(0, 0);  // 0: to the end, 1: to here, 2: all
      erase(what == 0 ? here : 0, what == 1 ? here + 1 : kColumns * kRows);
      break;
    }
    case 'K': {
      const unsigned left = row_ * kColumns;
      const unsigned what = sequence_.parameter(0, 0);
      erase(what == 0 ? left + column : left, what == 1 ? left + column + 1 : left + kColumns);
      break;
    }
    case 'm': set_colours(); break;
    default: break;
  }
}

void VgaText::set_colours() {
  for (unsigned i = 0; i < sequence_.parameter_count(); ++i) {
    const unsigned p = sequence_.parameter(i, 0);
    if (p == 0) colours_ = kGrey;
    if (p == 1) colours_ |= kBright;
    if (p == 7) colours_ = static_cast<uint8_t>(colours_ << 4 | (colours_ >> 4 & 0x07));
    if (p >= 30 && p <= 37) colours_ = (colours_ & ~0x07) | kVgaColour[p - 30];
    if (p >= 40 && p <= 47) {
      colours_ = static_cast<uint8_t>((colours_ & ~0x70) | kVgaColour[p - 40] << 4);
    }
  }
}

void VgaText::erase(unsigned begin, unsigned end) {
  for (unsigned i = begin; i < end; ++i) cell(i) = static_cast<uint16_t>(colours_ << 8 | ' ');
}

void VgaText::new_line() {
  column_ = 0;
  if (++row_ < kRows) return;
  row_ = kRows - 1;
  first_row_ = (first_row_ + 1) % kRows;
  changed_rows_ = (1u << kRows) - 1;
  erase(row_ * kColumns, kRows * kColumns);
}

void VgaText::move_to(unsigned row, unsigned column) {
  row_ = std::min(row, kRows - 1);
  column_ = std::min(column, kColumns - 1);
}

void VgaText::refresh() {
  for (unsigned row = 0; row < kRows; ++row) {
    if ((changed_rows_ >> row & 1) == 0) continue;
    const uint16_t* from = &copy_[(first_row_ + row) % kRows * kColumns];
    for (unsigned i = 0; i < kColumns; ++i) cells_[row * kColumns + i] = from[i];
  }
  changed_rows_ = 0;
  if (!cursor_moved_) return;
  cursor_moved_ = false;
  const unsigned where = row_ * kColumns + std::min(column_, kColumns - 1);
  port_.out8(kCrtcIndex, kCursorHigh);
  port_.out8(kCrtcData, static_cast<uint8_t>(where >> 8));
  port_.out8(kCrtcIndex, kCursorLow);
  port_.out8(kCrtcData, static_cast<uint8_t>(where));
}

}  // namespace mobius::drivers
