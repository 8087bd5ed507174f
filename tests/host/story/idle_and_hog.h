// A rig: a program that may sleep, with its code and data, and one that takes all memory there is.
#pragma once

#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_image.h"
#include "sim/sim_swap.h"
#include "sim/sim_user.h"

namespace mobius {

struct IdleAndHog {
  static constexpr mm::BlockOptions kReadWrite{};
  static constexpr uint32_t kLow = 8;

  // `reserve` frames are for the kernel, `kept` for images.
  IdleAndHog(uint64_t slots, uint32_t reserve, uint32_t kept)
      : swap(machine, {.pages = slots, .low = kLow}), idle(machine), hog(machine) {
    EXPECT_TRUE(idle.space().map_image(*image));
    LockGuard guard(machine.manager.lock);
    machine.manager.promises.set_reserve(reserve);
    machine.manager.promises.set_image_reserve(kept);
  }
  ~IdleAndHog() {
    mm::check_machine(machine.manager);
    swap.paging.daemon.start(0);
    swap.finish();
    machine.scheduler.run();
    image->release();  // the users, which go later, have the last references
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
    swap.paging.daemon.start(machine.frames.counts().total());
    for (int i = 0; i < 20; ++i) {
      (void)mm::FrameWait(machine.manager).for_frames();  // images go, too
    }
    swap.paging.daemon.start(kLow);
    for (uint32_t n = 1; n <= swap.total_slots(); ++n) machine.frames.standby().forget({n});
    ASSERT_EQ(images(), 0u);
  }
  // How many pages the hog got before it was ended.
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
  uint32_t images() { return machine.frames.counts().used(mm::FrameUse::Image); }

  sim::SimMachine machine{{.frames = 512}};
  sim::SimFile file{machine.memory, machine.scheduler, 7, 6 * kPageSize};
  mm::ImageLayout layout = sim::usual_layout();
  sim::SimImage* image = sim::SimImage::create(machine, layout, file);
  sim::SimSwap swap;
  sim::SimUser idle, hog;
  VirtAddr data{0};
};

}  // namespace mobius
