// The line editor: keys, wrapping, history, search, completion.
#include "shell/editor_fixture.h"

namespace mobius::shell_tests {
namespace {

const std::string kLong = "echo 0123456789012345678901234567890123456789";  // three rows of 20

TEST_F(EditorTest, ALineLongerThanARowShowsWhole) {
  type(kLong);
  EXPECT_EQ(screen(), "> echo 0123456789012|34567890123456789012|3456789");
  type(kBack + kBack + kBack);
  EXPECT_EQ(screen(), "> echo 0123456789012|34567890123456789012|3456");
  type(kHome + "X");
  EXPECT_EQ(screen(), "> Xecho 012345678901|23456789012345678901|23456");
  EXPECT_EQ(terminal->cursor_row(), 0u);
  EXPECT_EQ(terminal->cursor_column(), 3u);
}

TEST_F(EditorTest, ARowThatIsJustFullSendsTheCursorOn) {
  type("echo 0123456789012");
  EXPECT_EQ(terminal->cursor_row(), 1u);
  EXPECT_EQ(terminal->cursor_column(), 0u);
  type(kLeft + kBack);
  EXPECT_EQ(screen(), "> echo 012345678902");
  type(kEnd + "\r");
  EXPECT_EQ(done, "echo 012345678902");
  EXPECT_EQ(screen(), "> echo 012345678902|>");
}

TEST_F(EditorTest, HistoryOverWrappedLinesLeavesNothingOfThem) {
  type(kLong + "\r\014");
  type(kUp);
  EXPECT_EQ(text(), kLong);
  EXPECT_EQ(screen(), "> echo 0123456789012|34567890123456789012|3456789");
  type(kDown);
  EXPECT_EQ(screen(), ">");
  EXPECT_EQ(terminal->cursor_column(), 2u);
}

TEST_F(EditorTest, TheDraftIsKeptWhileHistoryIsLookedAt) {
  type("one\rtwo\r");
  type("draft" + kUp + kUp + kUp);
  EXPECT_EQ(text(), "one");
  type(kDown);
  EXPECT_EQ(text(), "two");
  type(kDown + kDown);
  EXPECT_EQ(text(), "draft");
  type("!\r");
  EXPECT_EQ(done, "draft!");
}

TEST_F(EditorTest, CharactersAreTakenOutWhole) {
  type("h\u00e4\u00e9\u20ac\u65e5e\u0301" + kBack);
  EXPECT_EQ(text(), "h\u00e4\u00e9\u20ac\u65e5");
  type(kBack + kBack + "u");
  EXPECT_EQ(text(), "h\u00e4\u00e9u");
  type(kHome + kRight + kDelete);
  EXPECT_EQ(text(), "h\u00e9u");
}

TEST_F(EditorTest, BytesThatAreNoCharacterAreNotTaken) {
  type("a\xff\xc3\xc3(b\xe2\x82\033[5~\033xc\x01");
  EXPECT_EQ(text(), "a(bc");
}

TEST_F(EditorTest, ALineThatHasNoRoomDoesNotRun) {
  use(80, 24);
  EXPECT_EQ(type(std::string(LINE_BYTES - 1, 'x') + "\r"), LINE_DONE);
  EXPECT_EQ(done.size(), LINE_BYTES - 1u);
  EXPECT_EQ(type(std::string(LINE_BYTES, 'x') + kBack + kBack + "\r"), LINE_CUT_OFF);
  EXPECT_GT(terminal->bells(), 0u);
  EXPECT_EQ(type(std::string(LINE_BYTES, 'x') + "\x15"
                                                "fresh\r"),
            LINE_DONE);
  EXPECT_EQ(done, "fresh");
}

TEST_F(EditorTest, MoreRowsThanTheScreenHasShowThoseAroundTheCursor) {
  std::string rows;
  for (char row = 'a'; row <= 'j'; ++row) rows += std::string(20, row);
  type(rows);
  EXPECT_EQ(terminal->row(0), "eeffffffffffffffffff");
  EXPECT_EQ(terminal->row(5), "jj");
  type(kHome);
  EXPECT_EQ(terminal->row(0), "> aaaaaaaaaaaaaaaaaa");
  EXPECT_EQ(terminal->row(5), "eeffffffffffffffffff");
}

TEST_F(EditorTest, CtrlCDropsTheLineAndCtrlDEndsOnlyAnEmptyOne) {
  EXPECT_EQ(type("abc\003"), LINE_DROPPED);
  EXPECT_EQ(screen(), "> abc^C|>");
  EXPECT_EQ(type("ab" + kLeft + "\004"), EDITING);
  EXPECT_EQ(text(), "a");
  EXPECT_EQ(type("\025\004"), EDITING + INPUT_ENDED);
}

TEST_F(EditorTest, WordsAndRestsAreTakenOut) {
  type("one two  three\027");
  EXPECT_EQ(text(), "one two  ");
  type(
      "\027"
      "x" +
      kHome + "\033[1;5C\013");
  EXPECT_EQ(text(), "one");
  type("\025");
  EXPECT_EQ(text(), "");
}

TEST_F(EditorTest, CtrlRFindsTheNewestLineThatHasWhatIsTyped) {
  type("first cat\rsecond dog\rthird cat\r\014");
  type(
      "\022"
      "cat");
  EXPECT_EQ(text(), "third cat");
  EXPECT_EQ(screen(), "(search 'cat') third| cat");
  type("\022");
  EXPECT_EQ(text(), "first cat");
  type("\022");
  EXPECT_TRUE(screen().starts_with("(failed search")) << screen();
  type(kBack + kBack + kBack + "dog");
  EXPECT_EQ(text(), "second dog");
  type("\r");
  EXPECT_EQ(done, "second dog");
}

// Where the last row is full, the terminal waits at its border: the next character would scroll.
TEST_F(EditorTest, TheLastPlaceOfTheLastRowIsDrawnOverAndOver) {
  prompt = ">";
  ed = std::make_unique<editor>();
  use(4, 2);
  type("abcdefgh" + kHome + "\033[C\033[C\033[C\033[C\033[C\033[C");
  EXPECT_EQ(screen(), ">abc|defg");
  type(kDelete);
  EXPECT_EQ(screen(), ">abc|defh");
}

TEST_F(EditorTest, WhatIsFoundWithinACharacterIsFoundWhereItBegins) {
  type("cafe\u0301\r\014\022\u0301\013");
  EXPECT_EQ(text(), "caf");
  EXPECT_EQ(screen(), "> caf");
}

TEST_F(EditorTest, CtrlRCanBeGivenUpOrGoOnAsALine) {
  type(
      "first cat\r\014"
      "draft\022"
      "cat\007");
  EXPECT_EQ(text(), "draft");
  EXPECT_EQ(screen(), "> draft");
  type(
      "\022"
      "fi" +
      kEnd + "s");
  EXPECT_EQ(text(), "first cats");
  EXPECT_EQ(screen(), "> first cats");
  type(kDown);
  EXPECT_EQ(text(), "draft");
}

TEST_F(EditorTest, TabCompletesCommandsAndPaths) {
  type("ca\t");
  EXPECT_EQ(text(), "cat ");
  type("/b\t");
  EXPECT_EQ(text(), "cat /b");
  type("i\tc\t");
  EXPECT_EQ(text(), "cat /bin/cat.exe ");
  type(
      "\025"
      "A=1 sw\t");
  EXPECT_EQ(text(), "A=1 swapo");
  type(
      "\025"
      "x; che\t");
  EXPECT_EQ(text(), "x; check ");
  type(
      "\025"
      "cat ca\t");
  EXPECT_EQ(text(), "cat ca");
}

TEST_F(EditorTest, TabQuotesWhatMustBe) {
  type("cat a\t");
  EXPECT_EQ(text(), "cat a\\ file ");
  type(
      "\025"
      "cat \"/a\t");
  EXPECT_EQ(text(), "cat \"/a file\" ");
  type(
      "\025"
      "cat i\t");
  EXPECT_EQ(text(), "cat it\\'s ");
  type(
      "\025"
      "cat h\t");  // two that have half a character in common
  EXPECT_EQ(text(), "cat h");
}

TEST_F(EditorTest, TabTwiceShowsThePossibleNames) {
  use(40, 6);
  type(
      "c"
      "\t");
  EXPECT_EQ(screen(), "> c");
  EXPECT_EQ(terminal->bells(), 1u);
  type("\t");
  EXPECT_EQ(screen(), "> c|cat     check   clear|> c");
  type("l\t");
  EXPECT_EQ(text(), "clear ");
}

}  // namespace
}  // namespace mobius::shell_tests
