// The runner's control line, and what Ctrl-C does where there is no room for what was typed before.
#include "drivers/console_control.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "drivers/console.h"

namespace mobius::drivers {
namespace {

using Word = ConsoleControl::Word;
using Message = ConsoleControl::Message;

std::optional<Message> control(std::string_view text) {
  ConsoleControl control;
  std::optional<Message> last;
  for (char byte : text) {
    if (const auto message = control.receive(static_cast<uint8_t>(byte))) last = message;
  }
  return last;
}

std::optional<Message> eof(uint64_t bytes) {
  return Message{Word::Eof, bytes};
}

TEST(ConsoleControl, OnlyAWholeLineCounts) {
  EXPECT_EQ(control("eof 0\n"), eof(0));
  EXPECT_EQ(control("eof 123456789012\n"), eof(123456789012));
  EXPECT_EQ(control("noise\neof 7\r\n"), eof(7));
  EXPECT_EQ(control("eof 7"), std::nullopt);
  EXPECT_EQ(control("eof\n"), std::nullopt);
  EXPECT_EQ(control("eof x\n"), std::nullopt);
  EXPECT_EQ(control("eof 7 8\n"), std::nullopt);
  EXPECT_EQ(control("eof 99999999999999999999999\n"), std::nullopt);
  EXPECT_EQ(control(std::string(1000, 'e') + "\neof 3\n"), eof(3));
  EXPECT_EQ(control("eof 3" + std::string(1000, '3') + "\n"), std::nullopt);
}

TEST(ConsoleControl, SaysWhereACtrlCIs) {
  EXPECT_EQ(control("interrupt 12\n"), (Message{Word::Interrupt, 12}));
  EXPECT_EQ(control("interrupt 4 \n"), std::nullopt);
  EXPECT_EQ(control("interrupts 4\n"), std::nullopt);
}

struct DequeLine final : ByteLine {
  std::deque<uint8_t> incoming;
  Receiving receiving = Receiving::On;

  size_t room() override { return 1 << 12; }
  void send(std::string_view) override {}
  void listen(Receiving r) override { receiving = r; }
  std::optional<uint8_t> read() override {
    if (incoming.empty()) return std::nullopt;
    const uint8_t byte = incoming.front();
    incoming.pop_front();
    return byte;
  }
};
struct NoScreen final : TextScreen {
  void write(std::string_view) override {}
};
struct NoWaiting final : mm::Waiting {
  void wait_unguarded(const void*) override { ADD_FAILURE() << "the console itself never waits"; }
  void wake(const void*) override {}
};

struct InterruptKeyTest : testing::Test, InterruptKeyListener {
  NoWaiting waiting;
  DequeLine line;
  NoScreen screen;
  Console console{waiting, line, screen};
  int interrupts = 0;
  uint64_t sent = 0;

  InterruptKeyTest() { console.set_listener(this); }
  void interrupt_key_pressed() override { ++interrupts; }
  void arrive(std::string_view bytes) {
    for (char byte : bytes) {
      line.incoming.push_back(static_cast<uint8_t>(byte));
      if (line.receiving == Receiving::On) console.receive_from_line();
    }
    sent += bytes.size();
  }
  std::string take_all() {
    std::string all;
    char bytes[500];
    for (;;) {
      const auto input = console.take(bytes);
      if (input.bytes == 0) return all;
      all.append(bytes, input.bytes);
    }
  }
};

const std::string kTyped = [] {
  std::string text;
  while (text.size() < 20000) text += "a line that nobody reads\n";
  return text;
}();

TEST_F(InterruptKeyTest, WithoutARunnerItWorksWhileNobodyReads) {
  arrive(kTyped +
         "\x03"
         "after\n");
  EXPECT_EQ(interrupts, 1);
  EXPECT_EQ(take_all(), "after\n");
}

TEST_F(InterruptKeyTest, OfTheKeyboardItWorksWhileNobodyReads) {
  for (char byte : kTyped) console.receive_key({&byte, 1});
  console.receive_key("\x03");
  console.receive_key("after\r");
  EXPECT_EQ(interrupts, 1);
  EXPECT_EQ(take_all(), "after\n");
}

TEST_F(InterruptKeyTest, OneThatTheRunnerTellsOfPassesWhatIsHeldUp) {
  console.interrupt_at(0);
  arrive(kTyped +
         "\x03"
         "after\n");
  EXPECT_EQ(interrupts, 0);  // it is held up with the rest
  console.interrupt_at(kTyped.size() + 1);
  EXPECT_EQ(interrupts, 1);
  EXPECT_EQ(take_all(), "after\n");
}

TEST_F(InterruptKeyTest, OneThatTheRunnerTellsOfAheadPassesWhatComesBeforeIt) {
  console.interrupt_at(kTyped.size() + 1);
  arrive(kTyped +
         "\x03"
         "after\n");
  EXPECT_EQ(interrupts, 1);
  EXPECT_EQ(take_all(), "after\n");
}

TEST_F(InterruptKeyTest, TheLatestOfSeveralEndsWhatMayBeLost) {
  console.interrupt_at(0);
  arrive(kTyped + "\x03" + kTyped + "\x03" + kTyped);
  console.interrupt_at(2 * kTyped.size() + 2);
  EXPECT_EQ(interrupts, 2);
  EXPECT_EQ(take_all(), kTyped);
}

TEST_F(InterruptKeyTest, WithARunnerNothingElseIsLost) {
  console.interrupt_at(0);
  arrive(kTyped + "\x04" + kTyped);
  EXPECT_EQ(take_all(), kTyped);  // up to the end of input
  EXPECT_EQ(take_all(), kTyped);
  EXPECT_EQ(interrupts, 0);
}

TEST_F(InterruptKeyTest, InRawModeItIsAByteInItsPlace) {
  console.interrupt_at(0);
  console.set_mode(LineDiscipline::Mode::Raw);
  arrive(kTyped + "\x03");
  console.interrupt_at(sent);
  EXPECT_EQ(interrupts, 0);
  EXPECT_EQ(take_all(), kTyped + "\x03");
}

TEST_F(InterruptKeyTest, OneThatWaitedInRawModeWorksWhenTheModeEnds) {
  console.interrupt_at(0);
  console.set_mode(LineDiscipline::Mode::Raw);
  arrive(kTyped +
         "\x03"
         "after\n");
  console.interrupt_at(kTyped.size() + 1);
  console.set_mode(LineDiscipline::Mode::Cooked);
  EXPECT_EQ(interrupts, 1);
  EXPECT_EQ(take_all(), "after\n");
}

}  // namespace
}  // namespace mobius::drivers
