// Stories of pages that come back where no page can go out any more: what programs have had before
// finds a frame, and growth does not.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_image.h"
#include "sim/sim_swap.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

constexpr uint32_t kReadWrite = mm::kMemRead | mm::kMemWrite;
constexpr uint32_t kGuaranteed = kReadWrite | mm::kMemGuaranteed;
constexpr uint32_t kReserve = 24, kKept = 8, kLow = 8;

// An idle program, whose pages have all gone, and a hog.
struct IdleAndHog {
  explicit IdleAndHog(uint64_t slots)
      : swap(machine, {.pages = slots, .low = kLow}), idle(machine), hog(machine) {
    EXPECT_TRUE(idle.space().map_image(*image));
    LockGuard guard(machine.manager.lock);
    machine.manager.promises.set_reserve(kReserve);
    machine.manager.promises.set_kept_for_images(kKept);
  }
  ~IdleAndHog() {
    mm::check_machine(machine.manager);
    swap.pageout.start(0);
    swap.finish();
    machine.scheduler.run();
    image->release();
  }
  bool read_code(PageIndex page) {
    const auto word = idle.read32(pages_after(layout.base, page));
    return word && *word == sim::signed_word(7, page * kPageSize);
  }
  // The idle program's code, a page with contents and one that is full of zeros.
  void start() {
    for (PageIndex page = 0; page < 4; ++page) ASSERT_TRUE(read_code(page));
    data = mm::vmm_alloc(idle.space(), 2, VirtAddr{0}, kReadWrite).value();
    ASSERT_TRUE(idle.write32(data, 77));
    ASSERT_TRUE(idle.write32(pages_after(data, 1), 1));
    ASSERT_TRUE(idle.write32(pages_after(data, 1), 0));
  }
  // All of it goes.
  void fall_asleep() {
    swap.pageout.start(machine.frames.total_frames());
    for (int i = 0; i < 20; ++i) (void)swap.pageout.wait_for_frames();  // images go, too
    swap.pageout.start(kLow);
    for (uint32_t n = 1; n <= swap.total_slots(); ++n) machine.frames.forget_standby({n});
    ASSERT_EQ(images(), 0u);
  }
  PageCount grow_until_the_end() {
    const VirtAddr block = mm::vmm_alloc(hog.space(), 4000, VirtAddr{0}, kReadWrite).value();
    PageCount got = 0;
    while (hog.write32(pages_after(block, got), got + 1)) ++got;
    EXPECT_EQ(hog.last_outcome(), mm::FaultOutcome::OutOfMemory);
    return got;
  }
  void expect_idle_goes_on() {
    for (PageIndex page = 0; page < 4; ++page) EXPECT_TRUE(read_code(page)) << page;
    if (data.value == 0) return;
    EXPECT_EQ(idle.read32(data), 77u);
    EXPECT_TRUE(idle.write32(pages_after(data, 1), 1));
  }
  uint32_t images() { return machine.frames.used_frames(mm::FrameUse::Image); }

  sim::SimMachine machine{{.frames = 512}};
  sim::SimFile file{machine.memory, machine.scheduler, 7, 6 * kPageSize};
  mm::ImageLayout layout = sim::usual_layout();
  sim::SimImage* image = sim::SimImage::create(machine, layout, file);
  sim::SimSwap swap;
  sim::SimUser idle, hog;
  VirtAddr data{0};
};

TEST(ReturningStory, D3_while_every_write_fails_who_grows_ends_and_who_slept_goes_on) {
  IdleAndHog pair(4000);
  pair.start();
  pair.fall_asleep();
  ASSERT_EQ(pair.idle.draw(pair.data, 2), "sx");
  pair.swap.device.faults.write_error = 1;
  EXPECT_GT(pair.grow_until_the_end(), 150u);
  ASSERT_GT(pair.swap.total_slots() - pair.swap.retired_slots(), 3000u);
  pair.expect_idle_goes_on();
}

TEST(ReturningStory, D3_on_a_device_that_is_gone_too) {
  IdleAndHog pair(4000);
  pair.start();
  pair.fall_asleep();
  pair.data = VirtAddr{0};  // what is on the device is lost
  pair.swap.device.silent = true;
  EXPECT_GT(pair.grow_until_the_end(), 150u);
  pair.expect_idle_goes_on();
}

// Others' promises count on each frame but a few: those frames are free.
TEST(ReturningStory, D3_code_comes_back_into_frames_that_are_free_for_promises) {
  IdleAndHog pair(300);
  for (PageIndex page = 0; page < 4; ++page) ASSERT_TRUE(pair.read_code(page));
  pair.fall_asleep();
  std::vector<VirtAddr> promised;
  for (PageCount pages = 128; pages > 0; pages /= 2) {
    while (auto base = mm::vmm_alloc(pair.hog.space(), pages, VirtAddr{0}, kGuaranteed)) {
      promised.push_back(*base);
    }
    while (auto base = mm::vmm_alloc(pair.idle.space(), pages, VirtAddr{0}, kGuaranteed)) {
      promised.push_back(*base);
    }
  }
  pair.grow_until_the_end();
  EXPECT_GE(pair.machine.frames.free_frames(), kReserve + kKept);
  pair.expect_idle_goes_on();
  LockGuard guard(pair.machine.manager.lock);
  EXPECT_TRUE(pair.machine.manager.promises.could_lose(0));
}

// Code needs frames, too: of what is promised and taken nothing would be left for it.
TEST(ReturningStory, D3_promises_that_are_taken_leave_frames_for_code) {
  IdleAndHog pair(0);
  for (PageIndex page = 0; page < 4; ++page) ASSERT_TRUE(pair.read_code(page));
  std::vector<std::pair<sim::SimUser*, VirtAddr>> promised;
  for (sim::SimUser* who : {&pair.hog, &pair.idle}) {
    while (auto base = mm::vmm_alloc(who->space(), 1, VirtAddr{0}, kGuaranteed)) {
      promised.emplace_back(who, *base);
    }
  }
  for (auto [who, base] : promised) ASSERT_TRUE(who->write32(base, 1));
  pair.expect_idle_goes_on();
}

// A page that was had before is not growth, though it was full of zeros and is nowhere.
TEST(ReturningStory, D3_a_page_of_zeros_that_went_comes_back_when_growth_has_ended) {
  IdleAndHog pair(0);
  pair.start();
  pair.swap.pageout.start(pair.machine.frames.total_frames());
  pair.swap.pageout.run_round();
  pair.swap.pageout.start(kLow);
  ASSERT_EQ(pair.idle.state(pages_after(pair.data, 1)), mm::PageState::Discarded);
  pair.grow_until_the_end();
  EXPECT_TRUE(pair.idle.write32(pages_after(pair.data, 1), 1));
  EXPECT_FALSE(pair.hog.write32(mm::vmm_alloc(pair.hog.space(), 1, VirtAddr{0}, kReadWrite).value(),
                                1));
}

}  // namespace
}  // namespace mobius
