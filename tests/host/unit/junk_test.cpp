// Frames that nobody has written are full of junk in the builds that fill (mm/words/junk.h).
#include "mm/words/junk.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "unit/frame_allocator_rig.h"

namespace mobius::mm {
namespace {

using namespace frames_rig;

// What a frame holds everywhere; absent where its bytes differ.
std::optional<std::byte> only_byte(Machine& m, FrameNumber frame) {
  std::array<std::byte, kPageSize> bytes;
  m.memory.read({frame}, bytes.data());
  for (std::byte b : bytes) {
    if (b != bytes[0]) return std::nullopt;
  }
  return bytes[0];
}

TEST(FrameAllocator, FramesAreFullOfJunkBeforeAndAfterInTheBuildsThatFill) {
  Machine m(2000, 1500);  // some of them without a place in the direct map
  for (Placement placement : {Placement::Any, Placement::Direct}) {
    const FrameNumber frame = m.take(placement);
    EXPECT_EQ(only_byte(m, frame) == kFreshJunk, kFillsWithJunk);
    m.give(frame);
    EXPECT_EQ(only_byte(m, frame) == kFreedJunk, kFillsWithJunk);
    const FrameNumber zeroed = m.take(placement, Fill::Zero);
    EXPECT_EQ(only_byte(m, zeroed), std::byte{0});
    m.give(zeroed);
  }
  const FrameNumber run = *m.allocator.allocate_run(3, FrameUse::Driver, Placement::Any);
  for (uint32_t i = 0; i < 8; ++i)
    EXPECT_EQ(only_byte(m, run + i) == kFreshJunk, kFillsWithJunk) << i;
  m.allocator.free_run(run, 3, FrameUse::Driver);
  for (uint32_t i = 0; i < 8; ++i)
    EXPECT_EQ(only_byte(m, run + i) == kFreedJunk, kFillsWithJunk) << i;
}

}  // namespace
}  // namespace mobius::mm
