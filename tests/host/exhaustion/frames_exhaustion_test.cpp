// D3: the n-th frame cannot be had, for every n, once and for good. Whatever fails changes nothing,
// the books balance, and the same thing done again with frames to be had works.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_image.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

constexpr mm::BlockOptions kReadWrite{};

// A process's life that needs every kind of frame: directory, space, image, stack, blocks small
// and sparse, copies, splits, a move. Returns whether all of it worked; anything that fails must
// fail as OutOfFrames.
class Life {
 public:
  explicit Life(sim::SimMachine& machine, sim::SimImage& image)
      : machine_(machine), image_(image) {}

  bool run() {
    auto map = machine_.create_map();
    if (!map) return failed(map.error());
    auto space = mm::AddressSpace::create(machine_.manager, **map);
    if (!space) return failed(space.error());
    process_ = {(*map)->directory(), [&](mm::PageFault f) { return resolve_fault(**space, f); }, 0};
    bool all = in_space(**space);
    mm::check_machine(machine_.manager);
    space->reset();
    machine_.leave_map();
    return all;
  }

 private:
  static bool failed(Error error) {
    EXPECT_EQ(error, Error::OutOfFrames);
    return false;
  }
  template <typename T>
  static bool ok(const Result<T>& result) {
    return result.has_value() || failed(result.error());
  }
  bool touch(VirtAddr a, uint32_t value) {
    auto written = machine_.cpu.write32(process_, a, value);
    if (written) return machine_.cpu.read32(process_, a).value() == value;
    EXPECT_EQ(written.error(), mm::FaultOutcome::OutOfMemory);
    return false;
  }
  bool look(VirtAddr a) {
    auto got = machine_.cpu.read32(process_, a);
    if (!got) { EXPECT_EQ(got.error(), mm::FaultOutcome::OutOfMemory); }
    return got.has_value();
  }

  bool in_space(mm::AddressSpace& space) {
    if (!ok(space.map_image(image_))) return false;
    auto stack = space.map_stack(1);
    if (!ok(stack) || !touch(VirtAddr{stack->end.value - 4}, 1)) return false;
    VirtAddr base = image_.layout().base;
    if (!look(base + 0x1000) || !touch(base + 0x4000, 2) || !touch(base + 0x7000, 3)) return false;
    auto block = mm::vmm_alloc(space, 40, VirtAddr{0x20000000}, kReadWrite);
    if (!ok(block) || !look(*block) || !touch(*block, 4)) return false;
    auto sparse = mm::vmm_alloc(space, 100000, VirtAddr{0}, kReadWrite);
    if (!ok(sparse) || !touch(pages_after(*sparse, 99999), 5)) return false;
    if (!ok(mm::vmm_protect(space, pages_after(*block, 5), 10, Access::Read))) return false;
    auto area = mm::vmm_reserve_area(space, 64, pages_after(*block, 40));
    if (!ok(area)) return false;
    auto inside = mm::vmm_alloc(space, 4, pages_after(*area, 8), kReadWrite);
    if (!ok(inside) || !touch(*inside, 6)) return false;
    auto moved = mm::vmm_resize(space, *block, 600);
    if (!ok(moved) || !touch(pages_after(*moved, 599), 7)) return false;
    auto promised = mm::vmm_alloc(space, 20, VirtAddr{0}, {.storage = mm::Storage::Promised});
    return ok(promised) && ok(mm::vmm_resize(space, *inside, 2));
  }

  sim::SimMachine& machine_;
  sim::SimImage& image_;
  sim::SimProcess process_;
};

// More than a life asks for.
constexpr uint32_t kAtLeast = 60;

void fail_the_nth(bool for_good) {
  sim::SimMachine machine{{.frames = 1024}};
  mm::ImageLayout layout = sim::usual_layout();
  sim::SimFile file(machine.memory, machine.scheduler, 7, 6 * kPageSize);
  sim::SimImage* image = sim::SimImage::create(machine, layout, file);
  ASSERT_TRUE(Life(machine, *image).run());  // the heap's kept slabs are there now
  ASSERT_TRUE(Life(machine, *image).run());
  image->empty();
  const uint32_t before = machine.frames.counts().free();
  uint32_t failures = 0;
  for (uint32_t n = 0;; ++n) {
    SCOPED_TRACE("the " + std::to_string(n) + "th frame cannot be had");
    machine.frames.gate().plan_failure({.after = n, .for_good = for_good});
    bool all = Life(machine, *image).run();
    machine.frames.gate().plan_failure({});
    image->empty();
    mm::check_machine(machine.manager);
    ASSERT_EQ(machine.frames.counts().free(), before);
    ASSERT_FALSE(testing::Test::HasFailure());
    if (all && n >= kAtLeast) break;
    if (all) continue;  // a fault that tries again gets the frame that could not be had once
    ++failures;
    ASSERT_TRUE(Life(machine, *image).run());
    image->empty();
    ASSERT_EQ(machine.frames.counts().free(), before);
  }
  EXPECT_GT(failures, for_good ? 15u : 5u);
  image->release();
}

TEST(FramesExhaustion, D3_the_nth_frame_fails_once) { fail_the_nth(false); }
TEST(FramesExhaustion, D3_the_nth_frame_and_all_after_it_fail) { fail_the_nth(true); }

}  // namespace
}  // namespace mobius
