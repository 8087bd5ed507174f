// VgaText: the 80 x 25 text screen as a small terminal.
//
// Text scrolls; \n begins a new line at its left end; of the ANSI escape sequences it knows those a
// line editor uses: cursor movement (A B C D G H f), erasing (J K), colours (m). All others are
// swallowed. What is written goes into a copy in RAM; refresh() brings the rows that changed to the
// video memory, which is slow to write and slower to read.
// Source: IBM VGA Technical Reference, text mode; ECMA-48 for the sequences.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "drivers/console.h"
#include "drivers/escape_sequence.h"
#include "drivers/register_port.h"

namespace mobius::drivers {

class VgaText final : public TextScreen {
 public:
  static constexpr unsigned kColumns = 80, kRows = 25;
  using Cells = std::span<volatile uint16_t, kColumns * kRows>;

  // `cells`: the video memory, one cell a character: code in the low byte, colours in the high one.
  // `port`: for the cursor.
  VgaText(Cells cells, RegisterPort& port)
      : cells_(cells), port_(port) {
    clear();
  }
  VgaText(const VgaText&) = delete;

  void clear();
  void write(std::string_view text) override;
  // Shows what has been written since the last time; cheap where that is nothing.
  void refresh();

  unsigned column() const { return column_; }
  unsigned row() const { return row_; }

 private:
  void put(uint8_t byte);
  void put_control(uint8_t byte);
  void put_character(uint8_t byte);
  void finish_sequence(uint8_t final_byte);
  void set_colours();
  void erase(unsigned begin, unsigned end);  // cells [begin, end)
  void new_line();
  void move_to(unsigned row, unsigned column);  // held inside the screen
  // The cell shown at `index`, counted from the upper left corner: rows turn round in the copy.
  uint16_t& cell(unsigned index) {
    const unsigned row = (first_row_ + index / kColumns) % kRows;
    changed_rows_ |= 1u << (index / kColumns);
    return copy_[row * kColumns + index % kColumns];
  }

  const Cells cells_;
  RegisterPort& port_;
  std::array<uint16_t, kColumns * kRows> copy_;
  unsigned first_row_ = 0;      // of the copy: the one shown on top
  uint32_t changed_rows_ = 0;   // bit n: row n of the screen
  bool cursor_moved_ = false;
  unsigned row_ = 0;
  unsigned column_ = 0;  // kColumns: the next character begins a new line
  uint8_t colours_ = 0x07;
  EscapeSequence sequence_;
};

}  // namespace mobius::drivers
