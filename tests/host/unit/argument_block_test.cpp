// ArgumentBlock: what a program is started with arrives byte for byte, in every shape and up to the
// last byte that there is room for.
#include "proc/programs/argument_block.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "sim/flat_memory.h"
#include "sim/random.h"
#include "sim/sim_machine.h"

namespace mobius::proc {
namespace {

using Part = ArgumentBlock::Part;
using Strings = std::vector<std::string>;

constexpr uint32_t kMost = ArgumentBlock::kMaxBytes;
constexpr uint32_t kPointer = 4;

// Letters that tell of the string and of the place in it, so that no shifted piece looks right.
std::string text(size_t bytes, unsigned seed) {
  std::string out(bytes, 0);
  uint32_t state = seed * 2654435761u + 12345;
  for (char& c : out) {
    state = state * 1664525u + 1013904223u;
    c = static_cast<char>(1 + (state >> 24) % 255);
  }
  return out;
}

uint32_t bytes_of(const Strings& a, const Strings& b) {
  uint32_t bytes = 0;
  for (const Strings* strings : {&a, &b}) {
    for (const std::string& s : *strings) bytes += static_cast<uint32_t>(s.size()) + 1 + kPointer;
  }
  return bytes;
}

struct ArgumentBlockTest : testing::Test {
  static constexpr uint32_t kStackTop = sim::FlatMemory::kBegin + sim::FlatMemory::kBytes;
  static constexpr uint8_t kUntouched = 0xCC;

  // Counts how often others could run; nobody sleeps here.
  struct Others final : mm::Waiting {
    void wait_unguarded(const void*) override {}
    void wake(const void*) override {}
    void let_others_run() override { ++steps; }
    uint32_t steps = 0;
  };

  sim::SimMachine machine;
  Others waiting;
  sim::FlatMemory user;
  uint32_t at = 0;
  std::vector<bool> seen;  // bytes of user memory that belong to the block

  VirtAddr put(const void* bytes, uint32_t count) {
    const VirtAddr place{sim::FlatMemory::kBegin + at};
    std::memcpy(user.at(place), bytes, count);
    at += count;
    return place;
  }
  VirtAddr put_array(const Strings& strings) {
    std::vector<uint32_t> pointers;
    for (const std::string& s : strings) {
      pointers.push_back(put(s.c_str(), static_cast<uint32_t>(s.size()) + 1).value);
    }
    pointers.push_back(0);
    return put(pointers.data(), static_cast<uint32_t>(pointers.size()) * kPointer);
  }
  Result<void> take(ArgumentBlock& block, const Strings& arguments, const Strings& environment,
                    uint32_t shift = 0) {
    at = shift;
    auto added = block.add_user_array(Part::Argument, user, put_array(arguments));
    if (!added) return added;
    return block.add_user_array(Part::Environment, user, put_array(environment));
  }
  uint32_t word(uint32_t address) {
    uint32_t value;
    std::memcpy(&value, user.at(VirtAddr{address}), sizeof value);
    return value;
  }
  void see(uint32_t address, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) seen[address + i - sim::FlatMemory::kBegin] = true;
  }
  // The strings of an array of the new program.
  Strings read_array(uint32_t array) {
    Strings strings;
    for (;; array += kPointer) {
      see(array, kPointer);
      const uint32_t pointer = word(array);
      if (pointer == 0) return strings;
      strings.emplace_back(user.at(VirtAddr{pointer}));
      see(pointer, static_cast<uint32_t>(strings.back().size()) + 1);
    }
  }
  // write()s the block onto an untouched stack and compares all of it.
  void expect_arrives(const ArgumentBlock& block, const Strings& arguments,
                      const Strings& environment) {
    user.fill(kUntouched);
    seen.assign(sim::FlatMemory::kBytes, false);
    const auto esp = block.write(user, VirtAddr{kStackTop}, 5);
    ASSERT_TRUE(esp.has_value());
    EXPECT_EQ((esp->value + 4) % 16, 0u);
    EXPECT_EQ(word(esp->value), 0u);
    see(esp->value, 8);
    const uint32_t start = word(esp->value + 4);
    see(start, 16);
    EXPECT_EQ(word(start), arguments.size());
    EXPECT_EQ(word(start + 12), 5u);
    EXPECT_TRUE(read_array(word(start + 4)) == arguments);
    EXPECT_TRUE(read_array(word(start + 8)) == environment);
    for (uint32_t i = 0; i < seen.size(); ++i) {
      const auto byte = static_cast<uint8_t>(*user.at(VirtAddr{sim::FlatMemory::kBegin + i}));
      ASSERT_TRUE(seen[i] || byte == kUntouched) << "byte " << i << " was written";
    }
  }
  void expect_round_trip(const Strings& arguments, const Strings& environment, uint32_t shift = 0) {
    SCOPED_TRACE(std::to_string(arguments.size()) + " and " + std::to_string(environment.size()) +
                 " strings, " + std::to_string(bytes_of(arguments, environment)) + " bytes");
    ArgumentBlock block(machine.heap, waiting);
    ASSERT_TRUE(take(block, arguments, environment, shift));
    EXPECT_EQ(block.arguments(), arguments.size());
    expect_arrives(block, arguments, environment);
  }
  void expect_too_long(const Strings& arguments, const Strings& environment) {
    ArgumentBlock block(machine.heap, waiting);
    EXPECT_EQ(take(block, arguments, environment).error(), Error::ArgumentsTooLong);
  }
};

TEST_F(ArgumentBlockTest, OneStringOfAnyLengthArrives) {
  for (uint32_t bytes : {0u, 1u, 255u, 256u, 257u, 3838u, 3839u, 3840u, 3841u, 4094u, 4095u, 4096u,
                         4097u, 8191u, 8192u, 20000u, 32767u, 32768u, 60000u}) {
    for (uint32_t shift : {0u, 1u, 4095u, 2048u}) {
      expect_round_trip({"/run/a.exe", text(bytes, bytes)}, {}, shift);
      expect_round_trip({}, {text(bytes, bytes)}, shift);
    }
  }
}

TEST_F(ArgumentBlockTest, StringsThatEndAroundPageBordersArrive) {
  for (uint32_t first = 4080; first <= 4100; ++first) {
    for (uint32_t second : {0u, 1u, 4095u, 4096u, 300u}) {
      expect_round_trip({text(first, 1), text(second, 2), "x"}, {text(second, 3), ""});
    }
  }
}

TEST_F(ArgumentBlockTest, ManyStringsArrive) {
  expect_round_trip({}, {});
  expect_round_trip(Strings(100), Strings(1));
  for (size_t bytes : {0, 1, 3, 30, 255, 256, 300, 1000}) {
    Strings arguments, environment;
    for (unsigned i = 0; bytes_of(arguments, environment) + 2 * (bytes + 5) <= kMost; ++i) {
      arguments.push_back(text(bytes, i));
      if (i % 3 == 0) environment.push_back(text(bytes, i + 1000));
    }
    expect_round_trip(arguments, environment);
  }
}

TEST_F(ArgumentBlockTest, RandomShapesArrive) {
  constexpr unsigned kSeed = 22, kShapes = 400;
  sim::Random random(kSeed);
  for (unsigned shape = 0; shape < kShapes; ++shape) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", shape " + std::to_string(shape));
    const auto most = static_cast<uint32_t>(1024 + random.below(kMost - 1024 + 1));
    const auto longest = static_cast<uint32_t>(1) << random.below(16);
    Strings strings[2];
    for (unsigned i = 0;; ++i) {
      const std::string next = text(random.below(longest), i);
      if (bytes_of(strings[0], strings[1]) + next.size() + 1 + kPointer > most) break;
      strings[random.below(2)].push_back(next);
    }
    expect_round_trip(strings[0], strings[1], static_cast<uint32_t>(random.below(kPageSize)));
  }
}

TEST_F(ArgumentBlockTest, TheLastByteIsUsedAndNotOneMore) {
  const Strings first{"/run/a.exe", "", text(4085, 7)};
  const uint32_t rest = kMost - bytes_of(first, {}) - 1 - kPointer;
  Strings all = first;
  all.push_back(text(rest, 8));
  expect_round_trip(all, {});
  expect_round_trip(first, {text(rest, 8)});
  all.back() += 'x';
  expect_too_long(all, {});
  expect_too_long(first, {text(rest + 1, 8)});
  expect_too_long({text(kMost, 1)}, {});
  const Strings empty(kMost / (1 + kPointer));
  expect_round_trip(empty, {});
  expect_too_long(empty, {""});
}

TEST_F(ArgumentBlockTest, OthersRunBetweenStepsOfManyStrings) {
  expect_round_trip(Strings(10), {});
  EXPECT_EQ(waiting.steps, 0u);
  expect_round_trip(Strings(5000), Strings(5000));
  EXPECT_GE(waiting.steps, 2 * 10000 / 200);  // on the way in, and on the way out
}

// What would not fit leaves what is there as it was.
TEST_F(ArgumentBlockTest, AStringThatFailsLeavesTheBlockAsItWas) {
  ArgumentBlock block(machine.heap, waiting);
  const Strings arguments{"one", text(5000, 2)};
  for (const std::string& s : arguments) ASSERT_TRUE(block.add(Part::Argument, s));
  EXPECT_EQ(block.add(Part::Argument, text(kMost, 3)).error(), Error::ArgumentsTooLong);
  EXPECT_EQ(block.add(Part::Argument, std::string_view("a\0b", 3)).error(), Error::BadArgument);
  // A string that goes on to where nothing can be read.
  const std::string tail = text(700, 4);
  const VirtAddr end{sim::FlatMemory::kBegin + sim::FlatMemory::kBytes};
  std::memcpy(user.at(VirtAddr{end.value - 700}), tail.data(), tail.size());
  const uint32_t array[2] = {end.value - 700, 0};
  at = 0;
  EXPECT_EQ(block.add_user_array(Part::Argument, user, put(array, 8)).error(), Error::BadAddress);
  ASSERT_TRUE(block.add(Part::Environment, "two"));
  expect_arrives(block, arguments, {"two"});
}

TEST_F(ArgumentBlockTest, AStringMayEndWithTheLastByteThatCanBeRead) {
  const std::string tail = text(699, 4);
  const VirtAddr place{sim::FlatMemory::kBegin + sim::FlatMemory::kBytes - 700};
  std::memcpy(user.at(place), tail.c_str(), 700);
  const uint32_t array[2] = {place.value, 0};
  ArgumentBlock block(machine.heap, waiting);
  ASSERT_TRUE(block.add_user_array(Part::Argument, user, put(array, 8)));
  expect_arrives(block, {tail}, {});
}

TEST_F(ArgumentBlockTest, WithoutMemoryItFailsAndAllComesBack) {
  machine.heap.trim();
  const uint32_t before = machine.frames.counts().free();
  const Strings arguments{text(30000, 1)}, environment{text(20000, 2)};
  for (uint32_t after = 0;; ++after) {
    ArgumentBlock block(machine.heap, waiting);
    machine.frames.gate().plan_failure({after, false});
    const auto taken = take(block, arguments, environment);
    machine.frames.gate().plan_failure({});
    if (taken) {
      EXPECT_EQ(after, 13u);  // pages
      break;
    }
    ASSERT_EQ(taken.error(), Error::OutOfFrames);
  }
  machine.heap.trim();
  EXPECT_EQ(machine.frames.counts().free(), before);
}

}  // namespace
}  // namespace mobius::proc
