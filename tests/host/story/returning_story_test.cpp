// Stories of pages that come back where no page can go out any more: what programs have had before
// finds a frame, and growth does not.
#include "story/idle_and_hog.h"

namespace mobius {
namespace {

constexpr mm::BlockOptions kReadWrite{};
constexpr mm::BlockOptions kGuaranteed{.storage = mm::Storage::Promised};
constexpr uint32_t kReserve = 24, kKept = 8;
constexpr auto kLow = IdleAndHog::kLow;

TEST(ReturningStory, D3_while_every_write_fails_who_grows_ends_and_who_slept_goes_on) {
  IdleAndHog pair(4000, kReserve, kKept);
  pair.start();
  pair.fall_asleep();
  ASSERT_EQ(pair.idle.draw(pair.data, 2), "sx");
  pair.swap.device.faults.write_error = 1;
  EXPECT_GT(pair.grow_until_the_end(), 150u);
  ASSERT_GT(pair.swap.total_slots() - pair.swap.retired_slots(), 3000u);
  pair.expect_idle_goes_on();
}

TEST(ReturningStory, D3_on_a_device_that_is_gone_too) {
  IdleAndHog pair(4000, kReserve, kKept);
  pair.start();
  pair.fall_asleep();
  pair.data = VirtAddr{0};  // what is on the device is lost
  pair.swap.device.silent = true;
  EXPECT_GT(pair.grow_until_the_end(), 150u);
  pair.expect_idle_goes_on();
}

// Others' promises count on each frame but a few: those frames are free.
TEST(ReturningStory, D3_code_comes_back_into_frames_that_are_free_for_promises) {
  IdleAndHog pair(300, kReserve, kKept);
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
  EXPECT_GE(pair.machine.frames.counts().free(), kReserve + kKept);
  pair.expect_idle_goes_on();
  LockGuard guard(pair.machine.manager.lock);
  EXPECT_TRUE(pair.machine.manager.promises.could_lose(0));
}

// Code needs frames, too: of what is promised and taken nothing would be left for it.
TEST(ReturningStory, D3_promises_that_are_taken_leave_frames_for_code) {
  IdleAndHog pair(0, kReserve, kKept);
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
  IdleAndHog pair(0, kReserve, kKept);
  pair.start();
  pair.swap.paging.daemon.start(pair.machine.frames.counts().total());
  pair.swap.paging.daemon.run_round();
  pair.swap.paging.daemon.start(kLow);
  ASSERT_EQ(pair.idle.state(pages_after(pair.data, 1)), mm::PageState::Discarded);
  pair.grow_until_the_end();
  EXPECT_TRUE(pair.idle.write32(pages_after(pair.data, 1), 1));
  EXPECT_FALSE(pair.hog.write32(mm::vmm_alloc(pair.hog.space(), 1, VirtAddr{0}, kReadWrite).value(),
                                1));
}

// With images that have less than is kept for them, as many frames are free as returning pages need
// and no one that growth may have: pages go out for it as for any other.
TEST(ReturningStory, R13_growth_goes_on_where_images_have_less_than_is_kept) {
  IdleAndHog pair(2000, kReserve, 3 * kLow);
  EXPECT_GT(pair.grow_until_the_end(), 2000u);
}

}  // namespace
}  // namespace mobius
