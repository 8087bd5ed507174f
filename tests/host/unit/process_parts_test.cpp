// The pure parts of the process layer: handle table, boot command, text, errno values.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "abi/errno_values.h"
#include "base/text.h"
#include "proc/handles/handle_table.h"
#include "proc/programs/boot_command.h"
#include "sim/sim_machine.h"
#include "syscall/dispatch.h"

namespace mobius::proc {
namespace {

class CountedObject final : public KernelObject {
 public:
  explicit CountedObject(int& ends) : KernelObject(ObjectKind::File), ends_(ends) {}

 private:
  void last_reference_gone() override { ++ends_; }
  int& ends_;
};

struct HandleTableTest : testing::Test {
  sim::SimMachine machine;
  int ends = 0;
  CountedObject object{ends};
  HandleTable table{machine.heap};

  Result<Handle> add() { return table.add(Ref<KernelObject>(&object), Rights::Read); }
};

TEST_F(HandleTableTest, HandlesBeginAtOneAndTheSmallestFreeOneIsNext) {
  EXPECT_EQ(*add(), 1u);
  EXPECT_EQ(*add(), 2u);
  EXPECT_EQ(*add(), 3u);
  ASSERT_TRUE(table.close(2));
  ASSERT_TRUE(table.close(1));
  EXPECT_EQ(*add(), 1u);
  EXPECT_EQ(*add(), 2u);
  EXPECT_EQ(*add(), 4u);
}

TEST_F(HandleTableTest, WhatIsNoHandleIsRefused) {
  (void)*add();
  for (Handle handle : {0u, 2u, 17u, 0xFFFFFFFFu}) {
    EXPECT_EQ(table.find(handle).error(), Error::BadHandle) << handle;
    EXPECT_EQ(table.close(handle).error(), Error::BadHandle) << handle;
  }
  ASSERT_TRUE(table.close(1));
  EXPECT_EQ(table.close(1).error(), Error::BadHandle);
}

TEST_F(HandleTableTest, TheObjectGoesWithItsLastHandle) {
  (void)*add();
  (void)*add();
  ASSERT_TRUE(table.close(1));
  EXPECT_EQ(ends, 0);
  ASSERT_TRUE(table.close(2));
  EXPECT_EQ(ends, 1);
}

TEST_F(HandleTableTest, S1HandlesAreLimitedAndEverythingComesBack) {
  machine.heap.trim();
  const uint32_t before = machine.frames.counts().free();
  {
    HandleTable full(machine.heap);
    for (uint32_t i = 0; i < HandleTable::kMaxHandles; ++i) {
      ASSERT_EQ(*full.add(Ref<KernelObject>(&object), Rights::Read), i + 1);
    }
    EXPECT_EQ(full.add(Ref<KernelObject>(&object), Rights::Read).error(),
              Error::TooManyHandles);
    EXPECT_EQ(full.open_handles(), HandleTable::kMaxHandles);
    ASSERT_TRUE(full.close(500));
    EXPECT_EQ(*full.add(Ref<KernelObject>(&object), Rights::Read), 500u);
  }
  EXPECT_EQ(ends, 1);
  machine.heap.trim();
  EXPECT_EQ(machine.frames.counts().free(), before);
}

TEST_F(HandleTableTest, WithoutMemoryToGrowNothingChanges) {
  for (int i = 0; i < 16; ++i) (void)*add();
  machine.heap.trim();
  machine.frames.gate().plan_failure({0, true});
  // The heap may still have a slab with room for the bigger table; beyond that it must fail.
  Result<Handle> last = add();
  while (last) last = add();
  EXPECT_EQ(last.error(), Error::OutOfFrames);
  EXPECT_TRUE(table.find(16));
  machine.frames.gate().plan_failure({});
  EXPECT_TRUE(add());
}

TEST(BootCommand, WithoutAFileTheShellIsInit) {
  BootCommand command("");
  EXPECT_TRUE(command.valid());
  EXPECT_EQ(command.path(), "/bin/shell.exe");
  EXPECT_FALSE(command.next_argument());
}

TEST(BootCommand, CommandsAreTheShellsBusiness) {
  EXPECT_EQ(BootCommand("commands\nls\nps\n").path(), "/bin/shell.exe");
  EXPECT_EQ(BootCommand("shell\n").path(), "/bin/shell.exe");
}

TEST(BootCommand, AProgramHasItsArgumentsOneALine) {
  BootCommand command("program\n/run/a b.exe\none\n\nthree four\n");
  ASSERT_TRUE(command.valid());
  EXPECT_EQ(command.path(), "/run/a b.exe");
  EXPECT_EQ(command.next_argument(), "one");
  EXPECT_EQ(command.next_argument(), "");
  EXPECT_EQ(command.next_argument(), "three four");
  EXPECT_FALSE(command.next_argument());
}

TEST(BootCommand, VariablesComeFirst) {
  BootCommand command("env A=1\nenv MALLOC_OPTIONS=x y\nprogram\n/a.exe\nenv B=2\n");
  ASSERT_TRUE(command.valid());
  EXPECT_EQ(command.path(), "/a.exe");
  EXPECT_EQ(command.next_variable(), "A=1");
  EXPECT_EQ(command.next_variable(), "MALLOC_OPTIONS=x y");
  EXPECT_EQ(command.next_variable(), std::nullopt);
  EXPECT_EQ(command.next_argument(), "env B=2");
  EXPECT_EQ(BootCommand("env A=\nshell\n").path(), "/bin/shell.exe");
  EXPECT_TRUE(BootCommand("env A=").valid());
  EXPECT_FALSE(BootCommand("env A\nshell\n").valid());
  EXPECT_FALSE(BootCommand("env =1\nshell\n").valid());
}

TEST(BootCommand, TheLastLineNeedsNoEnd) {
  BootCommand command("program\n/a.exe\nx");
  EXPECT_EQ(command.next_argument(), "x");
  EXPECT_FALSE(command.next_argument());
}

TEST(BootCommand, NonsenseIsRefused) {
  EXPECT_FALSE(BootCommand("programs\n/a.exe\n").valid());
  EXPECT_FALSE(BootCommand("program\n").valid());
  EXPECT_FALSE(BootCommand("program\n\n").valid());
}

TEST(Text, NumbersAndCuttingOff) {
  TextBuffer<40> text;
  text.add("a ").add_decimal(-12).add(" ").add_hex(0xabc).add(" ").add_word(0xabc);
  EXPECT_EQ(text.text(), "a -12 0xabc 00000abc");
  TextBuffer<4> small;
  small.add("ab").add_hex(0x12345678);
  EXPECT_EQ(small.text(), "ab0x");
}

TEST(Errno, EveryReasonHasAValueOfItsOwnButThoseThatPosixHasOneFor) {
  std::multiset<uint32_t> values;
  const auto last = static_cast<unsigned>(Error::Interrupted);
  for (unsigned i = 0; i <= last; ++i) {
    const uint32_t value = syscall::errno_of(static_cast<Error>(i));
    EXPECT_NE(value, 0u);
    values.insert(value);
  }
  for (uint32_t value : values) {
    const size_t reasons = value == ABI_ENOMEM ? 3 : value == ABI_EAGAIN ? 2 : 1;
    EXPECT_EQ(values.count(value), reasons) << value;
  }
}

}  // namespace
}  // namespace mobius::proc
