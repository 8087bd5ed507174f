// The serial port's transmit queue on a simulated UART, alone and under the console.
#include "drivers/serial.h"

#include <gtest/gtest.h>

#include "drivers/console.h"
#include "sim/random.h"
#include "sim/sim_uart.h"

namespace mobius::drivers {
namespace {

std::string pattern(size_t bytes) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += static_cast<char>(i ^ i >> 8);
  return text;
}

struct NoScreen final : TextScreen {
  void write(std::string_view) override {}
};

// As UserConsole puts them together.
struct SerialTest : testing::Test, mm::Waiting, ByteLine {
  sim::SimUart uart{kCom1};
  Serial serial{uart, kCom1};
  NoScreen screen;
  Console console{*this, *this, screen};
  int wakes = 0;

  void SetUp() override {
    uart.handler = [this] { handle(); };
    serial.initialize();
    serial.listen(Receiving::On);
    console.discipline().set_source(LineDiscipline::Source::Pipe);
  }
  void handle() {
    console.receive_from_line();
    serial.end_interrupt();
    console.line_has_sent();
  }
  void run(size_t ticks) {
    for (size_t i = 0; i < ticks; ++i) {
      uart.tick();
      uart.deliver();
    }
  }

  void wait_unguarded(const void*) override { ADD_FAILURE() << "nobody waits here"; }
  void wake(const void* channel) override { wakes += channel == console.output_channel(); }
  size_t room() override { return serial.room(); }
  void send(std::string_view bytes) override { serial.queue(bytes); }
  std::optional<uint8_t> read() override { return serial.read(); }
  void listen(Receiving receiving) override { serial.listen(receiving); }
};

TEST_F(SerialTest, QueuedBytesGoOutOneByOneByInterrupts) {
  const std::string text = pattern(700);
  EXPECT_EQ(console.write_some(text), text.size());
  EXPECT_LE(uart.sent.size(), 1u);  // nobody has waited for the line
  run(702);
  EXPECT_EQ(uart.sent, text);
  EXPECT_EQ(uart.overwritten, 0u);
  EXPECT_GT(wakes, 0);
}

TEST_F(SerialTest, AnIdleTransmitterRaisesNoInterrupts) {
  console.write_some("ab");
  run(10);
  const uint32_t before = uart.interrupts;
  run(100);
  EXPECT_EQ(uart.interrupts, before);
}

TEST_F(SerialTest, OutputGoesOnWhileNobodyReadsTheInput) {
  uart.incoming.assign(40'000, 'i');
  run(40'000);  // there is room for no more input: bytes stay at the other end
  ASSERT_FALSE(uart.incoming.empty());
  const std::string text = pattern(800);
  ASSERT_EQ(console.write_some(text), text.size());
  run(802);
  EXPECT_EQ(uart.sent, text);
  EXPECT_LT(uart.interrupts, 42'000u);  // and what cannot be read does not interrupt for ever
}

TEST_F(SerialTest, ALostInterruptIsMadeUpFor) {
  uart.lose_edges = true;
  console.write_some(pattern(100));
  run(200);
  ASSERT_LT(uart.sent.size(), 100u);
  uart.lose_edges = false;
  serial.end_interrupt();  // the timer's part
  run(200);
  EXPECT_EQ(uart.sent, pattern(100));
}

TEST_F(SerialTest, AtTheEndEverythingGoesOutInOrderWithoutInterrupts) {
  struct Clocked final : RegisterPort {
    explicit Clocked(sim::SimUart& u) : uart(u) {}
    sim::SimUart& uart;
    uint8_t in8(uint16_t port) override {
      uart.tick();  // time passes while somebody polls
      return uart.in8(port);
    }
    void out8(uint16_t port, uint8_t value) override { uart.out8(port, value); }
    uint32_t in32(uint16_t) override { return 0; }
    void out32(uint16_t, uint32_t) override {}
    void in16_many(uint16_t, uint16_t*, uint32_t) override {}
    void out16_many(uint16_t, const uint16_t*, uint32_t) override {}
  } clocked(uart);
  Serial polled(clocked, kCom1);
  polled.initialize();
  uart.other_end_takes = false;
  polled.queue(pattern(1000));
  uart.other_end_takes = true;
  polled.write("the end");
  polled.drain();
  EXPECT_EQ(uart.sent, pattern(1000) + "the end");
}

TEST_F(SerialTest, APortThatIsNotThereTakesEverything) {
  uart.present = false;
  Serial absent(uart, kCom1);
  absent.initialize();
  for (int i = 0; i < 10; ++i) {
    absent.queue(pattern(1000));
    EXPECT_EQ(absent.room(), TransmitQueue::kCapacity);
  }
  absent.write("x");
  absent.drain();
}

// Writes, input, time and late interrupts in any order: nothing is lost, doubled or left.
TEST_F(SerialTest, NoOrderOfEventsLosesAByteOfEitherDirection) {
  uart.other_end_takes = true;
  sim::Random random(7);
  std::string written, typed, read;
  char buffer[300];
  for (int i = 0; i < 300'000; ++i) {
    switch (random.below(8)) {
      case 0: {
        const std::string text = pattern(1 + random.below(random.below(8) == 0 ? 900 : 20));
        written += text.substr(0, console.write_some(text));
        break;
      }
      case 1:
        typed += static_cast<char>(i);
        uart.incoming.push_back(static_cast<uint8_t>(i));
        break;
      case 2: if (random.below(50) == 0) read.append(buffer, console.take(buffer).bytes); break;
      case 3: uart.other_end_takes = random.below(10) != 0; break;
      case 4:
      case 5: uart.deliver(); break;
      default:
        uart.tick();
        break;
    }
  }
  uart.other_end_takes = true;
  for (int i = 0; i < 1000; ++i) {
    run(1200);
    read.append(buffer, console.take(buffer).bytes);
  }
  EXPECT_EQ(uart.sent, written);
  EXPECT_EQ(read, typed);
  EXPECT_EQ(uart.overwritten, 0u);
}

}  // namespace
}  // namespace mobius::drivers
