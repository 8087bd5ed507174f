// Scan codes to bytes; the text screen.
#include "drivers/keyboard.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "drivers/real_time_clock.h"
#include "drivers/vga_text.h"

namespace mobius::drivers {
namespace {

std::string decode(std::initializer_list<int> codes) {
  ScanCodeDecoder decoder;
  std::string text;
  for (int code : codes) text += decoder.decode(static_cast<uint8_t>(code));
  return text;
}

TEST(Keyboard, PlainAndShiftedKeys) {
  EXPECT_EQ(decode({0x1E, 0x9E, 0x30, 0xB0}), "ab");
  EXPECT_EQ(decode({0x2A, 0x1E, 0x9E, 0xAA, 0x1E}), "Aa");
  EXPECT_EQ(decode({0x36, 0x02, 0xB6, 0x02}), "!1");
  EXPECT_EQ(decode({0x1C, 0x0E, 0x0F, 0x39}), "\r\x7f\t ");
}

TEST(Keyboard, EitherShiftHoldsTheOtherOut) {
  EXPECT_EQ(decode({0x2A, 0x36, 0xAA, 0x1E}), "A");
}

TEST(Keyboard, CapsLockTurnsLettersOnly) {
  EXPECT_EQ(decode({0x3A, 0xBA, 0x1E, 0x02}), "A1");
  EXPECT_EQ(decode({0x3A, 0xBA, 0x2A, 0x1E, 0x02}), "a!");
  EXPECT_EQ(decode({0x3A, 0xBA, 0x3A, 0xBA, 0x1E}), "a");
}

TEST(Keyboard, ControlMakesControlBytes) {
  EXPECT_EQ(decode({0x1D, 0x2E, 0x9D, 0x2E}), "\x03" "c");
  EXPECT_EQ(decode({0xE0, 0x1D, 0x20, 0xE0, 0x9D, 0x20}), "\x04" "d");
}

TEST(Keyboard, ArrowsAreEscapeSequences) {
  EXPECT_EQ(decode({0xE0, 0x48, 0xE0, 0xC8, 0xE0, 0x4B, 0xE0, 0x53}), "\x1b[A\x1b[D\x1b[3~");
}

TEST(Keyboard, PauseAndUnknownKeysAreNothing) {
  EXPECT_EQ(decode({0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5, 0x1E}), "a");
  EXPECT_EQ(decode({0x3B, 0x58, 0x7F, 0xFF, 0xE0, 0x5B, 0x1E}), "a");
}

// Answers nothing; the screen only writes its cursor.
struct QuietPort final : RegisterPort {
  std::vector<uint8_t> written;
  uint8_t in8(uint16_t) override { return 0; }
  uint32_t in32(uint16_t) override { return 0; }
  void out8(uint16_t, uint8_t value) override { written.push_back(value); }
  void out32(uint16_t, uint32_t) override {}
  void in16_many(uint16_t, uint16_t*, uint32_t) override {}
  void out16_many(uint16_t, const uint16_t*, uint32_t) override {}
};

struct Screen {
  uint16_t cells[VgaText::kColumns * VgaText::kRows] = {};
  QuietPort port;
  VgaText text{VgaText::Cells(cells), port};

  std::string row(unsigned row) {
    text.refresh();
    std::string line;
    for (unsigned i = 0; i < VgaText::kColumns; ++i) {
      line += static_cast<char>(cells[row * VgaText::kColumns + i]);
    }
    return line.substr(0, line.find_last_not_of(' ') + 1);
  }
};

TEST(VgaText, LinesBeginAtTheLeft) {
  Screen s;
  s.text.write("one\ntwo\n  three");
  EXPECT_EQ(s.row(0), "one");
  EXPECT_EQ(s.row(1), "two");
  EXPECT_EQ(s.row(2), "  three");
}

TEST(VgaText, ScrollsWhenFull) {
  Screen s;
  for (int i = 0; i < 30; ++i) s.text.write("line " + std::to_string(i) + "\n");
  EXPECT_EQ(s.row(0), "line 6");
  EXPECT_EQ(s.row(23), "line 29");
  EXPECT_EQ(s.row(24), "");
}

TEST(VgaText, ALongLineGoesOnInTheNextRow) {
  Screen s;
  s.text.write(std::string(80, 'a'));
  EXPECT_EQ(s.text.row(), 0u);
  s.text.write("b");
  EXPECT_EQ(s.row(1), "b");
}

TEST(VgaText, TheLineEditorsSequencesWork) {
  Screen s;
  s.text.write("hello\x1b[2D\x1b[K!\x1b[C?");
  EXPECT_EQ(s.row(0), "hel! ?");
  s.text.write("\r\x1b[2Kagain\b\b\x1b[1mX");
  EXPECT_EQ(s.row(0), "agaXn");
  s.text.write("\x1b[3;5Hx\x1b[2J");
  EXPECT_EQ(s.row(0), "");
}

TEST(VgaText, NoSequenceLeavesTheScreen) {
  Screen s;
  s.text.write("\x1b[99999999999C\x1b[99B\x1b[9;9;9;9;9;9;9mz\x1b[999A\x1b[999D\x1b[0;0H\x1b[?25l");
  EXPECT_EQ(s.text.row(), 0u);
  EXPECT_EQ(s.text.column(), 0u);
  EXPECT_EQ(s.row(24).back(), 'z');
}

TEST(RealTimeClock, DatesToSeconds) {
  EXPECT_EQ(seconds_since_1970(1970, 1, 1, 0, 0, 0), 0);
  EXPECT_EQ(seconds_since_1970(2000, 2, 29, 12, 0, 0), 951825600);
  EXPECT_EQ(seconds_since_1970(2000, 3, 1, 0, 0, 0), 951868800);
  EXPECT_EQ(seconds_since_1970(2026, 11, 22, 23, 36, 59), 1795390619);
}

}  // namespace
}  // namespace mobius::drivers
