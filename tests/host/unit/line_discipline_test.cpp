// What becomes of typed bytes: editing, Ctrl-C and Ctrl-D, raw and piped input.
#include "drivers/line_discipline.h"

#include <gtest/gtest.h>

#include <string>

namespace mobius::drivers {
namespace {

struct Typist final : EchoSink {
  LineDiscipline discipline;
  std::string echoed;
  int interrupts = 0;

  void echo(std::string_view text) override { echoed += text; }
  void type(std::string_view text) {
    for (char byte : text) {
      const auto event = discipline.receive(static_cast<uint8_t>(byte), *this);
      if (event == LineDiscipline::Event::Interrupt) ++interrupts;
    }
  }
  std::string take(size_t most = 4096) {
    std::string bytes(most, '\0');
    const auto taken = discipline.take(bytes);
    bytes.resize(taken.bytes);
    return taken.ended ? bytes + "<end>" : bytes;
  }
};

TEST(LineDiscipline, ALineIsHandedOutWhenItIsFinishedAndOneAtATime) {
  Typist t;
  t.type("ab");
  EXPECT_FALSE(t.discipline.ready());
  t.type("c\rsecond\n");
  EXPECT_EQ(t.take(), "abc\n");
  EXPECT_EQ(t.take(), "second\n");
  EXPECT_FALSE(t.discipline.ready());
  EXPECT_EQ(t.echoed, "abc\nsecond\n");
}

TEST(LineDiscipline, AShortReadLeavesTheRestOfTheLine) {
  Typist t;
  t.type("hello\n");
  EXPECT_EQ(t.take(2), "he");
  EXPECT_EQ(t.take(), "llo\n");
}

TEST(LineDiscipline, BackspaceErasesACharacterAndNothingBeforeTheLine) {
  Typist t;
  t.type("\bab\x7f\x7f\x7f" "c\n");
  EXPECT_EQ(t.take(), "c\n");
  EXPECT_EQ(t.echoed, "ab\b \b\b \bc\n");
}

TEST(LineDiscipline, BackspaceErasesAWholeUtf8Character) {
  Typist t;
  t.type("a\xc3\xb6\x7f" "b\n");
  EXPECT_EQ(t.take(), "ab\n");
}

TEST(LineDiscipline, CtrlUErasesTheLineButNotAFinishedOne) {
  Typist t;
  t.type("kept\nwrong\x15right\n");
  EXPECT_EQ(t.take(), "kept\n");
  EXPECT_EQ(t.take(), "right\n");
}

TEST(LineDiscipline, CtrlCInterruptsAndDropsTheUnfinishedLine) {
  Typist t;
  t.type("abc\x03" "d\n");
  EXPECT_EQ(t.interrupts, 1);
  EXPECT_EQ(t.take(), "d\n");
  EXPECT_EQ(t.echoed, "abc^C\nd\n");
}

TEST(LineDiscipline, CtrlCDiscardsWhatWasTypedBeforeIt) {
  Typist t;
  t.type("one\ntwo\n\x04thr\x03" "four\n");
  EXPECT_EQ(t.take(), "four\n");
  EXPECT_FALSE(t.discipline.ready());
}

TEST(LineDiscipline, WhatNeedsNoRoomIsObeyedWithoutIt) {
  Typist t;
  for (int i = 0; t.discipline.room(); ++i) t.type(i % 500 == 499 ? "\n" : "x");
  t.type("lost\n\x04lost\x7f\n");  // the Delete makes room, for one byte
  EXPECT_EQ(t.interrupts, 0);
  std::string before = t.take();
  for (; t.discipline.ready(); before = t.take()) EXPECT_EQ(before.find("lost"), std::string::npos);
  for (int i = 0; t.discipline.room(); ++i) t.type(i % 500 == 499 ? "\n" : "x");
  t.type("\x03");
  EXPECT_EQ(t.interrupts, 1);
  EXPECT_TRUE(t.discipline.room());
  EXPECT_FALSE(t.discipline.ready());
}

TEST(LineDiscipline, CtrlDOnAnEmptyLineEndsTheInputOnce) {
  Typist t;
  t.type("\x04next\n");
  EXPECT_EQ(t.take(), "<end>");
  EXPECT_EQ(t.take(), "next\n");
}

TEST(LineDiscipline, CtrlDInALineHandsItOver) {
  Typist t;
  t.type("abc\x04");
  EXPECT_EQ(t.take(), "abc");
  EXPECT_FALSE(t.discipline.ready());
}

TEST(LineDiscipline, OtherControlBytesAreIgnoredInLines) {
  Typist t;
  t.type("a\x01\x1b" "b\tc\n");
  EXPECT_EQ(t.take(), "ab\tc\n");
}

TEST(LineDiscipline, RawBytesComeAtOnceAsTheyAre) {
  Typist t;
  t.discipline.set_mode(LineDiscipline::Mode::Raw);
  t.type("\x03\r\x04\x7f");
  EXPECT_EQ(t.take(), "\x03\r\x04\x7f");
  EXPECT_EQ(t.echoed, "");
  EXPECT_EQ(t.interrupts, 0);
}

TEST(LineDiscipline, GoingRawHandsTheUnfinishedLineOver) {
  Typist t;
  t.type("ab");
  t.discipline.set_mode(LineDiscipline::Mode::Raw);
  t.type("c");
  EXPECT_EQ(t.take(), "abc");
}

TEST(LineDiscipline, PipedInputIsExactInCookedModeToo) {
  Typist t;
  t.discipline.set_source(LineDiscipline::Source::Pipe);
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  t.type(all);
  EXPECT_EQ(t.take(), all);
  EXPECT_EQ(t.echoed, "");
  EXPECT_EQ(t.interrupts, 0);
}

TEST(LineDiscipline, TheEndOfTheInputHandsOverWhatIsThere) {
  Typist t;
  t.type("no newline");
  t.discipline.end_input();
  EXPECT_EQ(t.take(), "no newline");
}

TEST(LineDiscipline, NothingIsLostWhileThereIsRoom) {
  Typist t;
  std::string typed, read;
  for (int i = 0; typed.size() < 20000; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    for (char byte : line) {
      while (!t.discipline.room()) read += t.take();
      t.type({&byte, 1});
    }
    typed += line;
  }
  while (t.discipline.ready()) read += t.take();
  EXPECT_EQ(read, typed);
}

TEST(LineDiscipline, ALineTooLongKeepsItsBeginningAndCanStillBeEnded) {
  Typist t;
  t.type(std::string(LineDiscipline::kMaxLine + 100, 'x'));
  t.type("\n");
  EXPECT_EQ(t.take(), std::string(LineDiscipline::kMaxLine, 'x') + "\n");
}

}  // namespace
}  // namespace mobius::drivers
