// The console: both inputs, flow control, the end of the input.
#include "drivers/console.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace mobius::drivers {
namespace {

struct FakeLine final : ByteLine {
  std::deque<uint8_t> incoming;
  std::string sent;
  size_t capacity = 100'000;  // how much it takes before it is busy for ever
  Receiving receiving = Receiving::Off;

  size_t room() override { return capacity - sent.size(); }
  void send(std::string_view bytes) override {
    ASSERT_LE(bytes.size(), room());
    sent += bytes;
  }
  void listen(Receiving r) override { receiving = r; }
  std::optional<uint8_t> read() override {
    if (incoming.empty()) return std::nullopt;
    const uint8_t byte = incoming.front();
    incoming.pop_front();
    return byte;
  }
  void arrive(std::string_view bytes) {
    incoming.insert(incoming.end(), bytes.begin(), bytes.end());
  }
};

struct FakeScreen final : TextScreen {
  std::string shown;
  void write(std::string_view text) override { shown += text; }
};

struct WakeCounter final : mm::Waiting {
  int wakes = 0;
  void wait_unguarded(const void*) override { ADD_FAILURE() << "the console itself never waits"; }
  void wake(const void*) override { ++wakes; }
};

struct CountingListener final : InterruptKeyListener {
  int keys = 0;
  void interrupt_key_pressed() override { ++keys; }
};

struct ConsoleTest : testing::Test {
  WakeCounter waiting;
  FakeLine line;
  FakeScreen screen;
  Console console{waiting, line, screen};

  std::string take() {
    char bytes[100];
    const auto input = console.take(bytes);
    return std::string(bytes, input.bytes) + (input.ended ? "<end>" : "");
  }
};

TEST_F(ConsoleTest, OutputGoesToTheLineAsItIsAndToTheScreen) {
  const std::string text = "a\nb\x1b[K, and more than sixteen bytes";
  EXPECT_EQ(console.write_some(text), text.size());
  EXPECT_EQ(line.sent, text);
  EXPECT_EQ(screen.shown, line.sent);
}

TEST_F(ConsoleTest, AShortTextIsTakenWholeOrNotAtAll) {
  line.capacity = Console::kEchoRoom + 49;
  EXPECT_EQ(console.write_some(std::string(50, 'x')), 0u);
  EXPECT_EQ(line.sent + screen.shown, "");
  EXPECT_EQ(console.write_some(std::string(49, 'y')), 49u);
  EXPECT_EQ(screen.shown, std::string(49, 'y'));
}

TEST_F(ConsoleTest, OfALongTextTheLineTakesWhatItHasRoomFor) {
  line.capacity = Console::kEchoRoom + 600;
  EXPECT_EQ(console.write_some(std::string(5000, 'x')), 600u);
  EXPECT_EQ(console.write_some(std::string(4400, 'x')), 0u);
  EXPECT_EQ(screen.shown.size(), 600u);
}

TEST_F(ConsoleTest, WhatIsTypedHasItsEchoWhileAWriterFillsTheLine) {
  line.capacity = Console::kEchoRoom + 600;
  console.write_some(std::string(600, 'x'));
  console.receive_key("a");
  EXPECT_EQ(line.sent.back(), 'a');
  console.receive_key(std::string(500, 'b'));  // more than there is room for: no harm
  EXPECT_EQ(line.room(), 0u);
}

TEST_F(ConsoleTest, WritersAreWokenWhenThereIsRoomForAnyWholeWrite) {
  line.capacity = Console::kEchoRoom + Console::kWholeWrite - 1;
  console.line_has_sent();
  EXPECT_EQ(waiting.wakes, 0);
  ++line.capacity;
  console.line_has_sent();
  EXPECT_EQ(waiting.wakes, 1);
}

TEST_F(ConsoleTest, AReaderIsWokenByALineFromEitherSide) {
  line.arrive("ab");
  console.receive_from_line();
  EXPECT_EQ(waiting.wakes, 0);
  console.receive_key("c\r");
  EXPECT_EQ(waiting.wakes, 1);
  EXPECT_EQ(take(), "abc\n");
  EXPECT_EQ(line.sent, "abc\n");  // the echo
}

TEST_F(ConsoleTest, BytesWithoutRoomStayInTheLineAndAreNotLost) {
  console.discipline().set_source(LineDiscipline::Source::Pipe);
  std::string all;
  for (int i = 0; i < 30000; ++i) all += static_cast<char>(i * 7);
  line.arrive(all);
  console.receive_from_line();
  EXPECT_FALSE(line.incoming.empty());
  EXPECT_EQ(line.receiving, Receiving::Off);  // its interrupt says nothing new
  std::string read;
  for (std::string part = take(); !part.empty(); part = take()) read += part;
  EXPECT_EQ(read, all);
  EXPECT_EQ(line.receiving, Receiving::On);
}

TEST_F(ConsoleTest, TheInputEndsAfterAsManyBytesAsTheRunnerSaid) {
  console.discipline().set_source(LineDiscipline::Source::Pipe);
  line.arrive("abc");
  console.receive_from_line();
  console.end_input_after(5);
  EXPECT_EQ(take(), "abc");
  EXPECT_EQ(take(), "");  // two are still to come
  line.arrive("de");
  console.receive_from_line();
  EXPECT_EQ(take(), "de");
  EXPECT_EQ(take(), "<end>");
  EXPECT_EQ(take(), "<end>");
}

TEST_F(ConsoleTest, AnEndThatHasPassedAlreadyWakesTheReader) {
  const int before = waiting.wakes;
  console.end_input_after(0);
  EXPECT_GT(waiting.wakes, before);
  EXPECT_EQ(take(), "<end>");
}

TEST_F(ConsoleTest, CtrlCTellsTheListenerInCookedModeOnly) {
  CountingListener listener;
  console.set_listener(&listener);
  console.receive_key("\x03");
  EXPECT_EQ(listener.keys, 1);
  console.set_mode(LineDiscipline::Mode::Raw);
  console.receive_key("\x03");
  EXPECT_EQ(listener.keys, 1);
  EXPECT_EQ(take(), "\x03");
}

}  // namespace
}  // namespace mobius::drivers
