// A terminal: a screen of rows and columns, as xterm behaves, as far as the line editor needs it:
// characters that are wide or combine, the cursor that waits at the right border, scrolling.
#pragma once

#include <string>
#include <vector>

extern "C" {
#include "utf8.h"
}

namespace mobius::shell_tests {

class Terminal {
 public:
  Terminal(unsigned width, unsigned height)
      : width_(width), height_(height), rows_(height, std::vector<std::string>(width, " ")) {}

  void write(const std::string& bytes) {
    for (char byte : bytes) take(byte);
  }
  // Without the blanks at its end; of a wide character's two cells the second is empty.
  std::string row(unsigned number) const {
    std::string text;
    for (const std::string& cell : rows_[number]) text += cell;
    return text.substr(0, text.find_last_not_of(' ') + 1);
  }
  unsigned cursor_row() const { return row_; }
  // One that waits at the border is in the last column.
  unsigned cursor_column() const { return column_; }
  unsigned scrolled() const { return scrolled_; }
  unsigned bells() const { return bells_; }

 private:
  void take(char byte) {
    if (!escape_.empty()) return take_in_escape(byte);
    switch (byte) {
      case '\033':
        escape_ = "\033";
        return;
      case '\r':
        column_ = 0;
        waits_ = false;
        return;
      case '\n':
        new_line();
        column_ = 0;
        return;  // the terminal driver adds the CR
      case '\a':
        ++bells_;
        return;
      default:
        break;
    }
    pending_ += byte;
    if (pending_.size() < utf8_length(static_cast<unsigned char>(pending_[0]))) return;
    put(std::exchange(pending_, ""));
  }
  void take_in_escape(char byte) {
    escape_ += byte;
    if (escape_.size() == 2 || (byte >= '0' && byte <= '9') || byte == ';') return;
    const unsigned given = static_cast<unsigned>(atoi(escape_.c_str() + 2));
    const unsigned n = given == 0 ? 1 : given;
    escape_.clear();
    switch (byte) {
      case 'A':
        row_ -= std::min(row_, n);
        break;
      case 'B':
        row_ = std::min(row_ + n, height_ - 1);
        break;
      case 'C':
        column_ = std::min(column_ + n, width_ - 1);
        break;
      case 'H':
        row_ = column_ = 0;
        break;
      case 'J':
        erase(given);
        break;
      default:
        break;
    }
    waits_ = false;
  }
  void erase(unsigned what) {
    for (unsigned r = what == 2 ? 0 : row_; r < height_; ++r) {
      for (unsigned c = what != 2 && r == row_ ? column_ : 0; c < width_; ++c) rows_[r][c] = " ";
    }
  }
  void put(const std::string& character) {
    uint32_t code;
    utf8_take(character.data(), character.size(), &code);
    const unsigned columns = code_columns(code);
    if (columns == 0) {
      std::string& cell = last_cell();
      cell += character;
      return;
    }
    if (waits_ || column_ + columns > width_) {
      new_line();
      column_ = 0;
    }
    rows_[row_][column_] = character;
    if (columns == 2) rows_[row_][column_ + 1] = "";
    column_ += columns;
    waits_ = column_ == width_;
    if (waits_) column_ = width_ - 1;
  }
  std::string& last_cell() {
    unsigned at = waits_ || column_ == 0 ? column_ : column_ - 1;
    if (at > 0 && rows_[row_][at].empty()) --at;
    return rows_[row_][at];
  }
  void new_line() {
    waits_ = false;
    if (++row_ < height_) return;
    row_ = height_ - 1;
    ++scrolled_;
    rows_.erase(rows_.begin());
    rows_.emplace_back(width_, " ");
  }

  const unsigned width_, height_;
  std::vector<std::vector<std::string>> rows_;
  unsigned row_ = 0, column_ = 0, scrolled_ = 0, bells_ = 0;
  bool waits_ = false;
  std::string escape_, pending_;
};

}  // namespace mobius::shell_tests
