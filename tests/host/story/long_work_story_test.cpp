// Long calls go in steps: others run between them, whatever these do to the same block meanwhile
// the books balance, and a step is never more than a bounded part of the work.
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "mm/invariants.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

using mm::PageState;

constexpr uint32_t kReadWrite = mm::kMemRead | mm::kMemWrite;
constexpr PageCount kPages = 2600;  // five leaves of slots and a bit
constexpr uint32_t kMostFreedByAStep = 1024 + 512;

// What runs when long work lets others run.
class Steps final : public mm::Waiting {
 public:
  std::function<void()> others;
  uint32_t count = 0;

  void wait(const void*) override { ADD_FAILURE() << "nobody brings a page in"; }
  void wake(const void*) override {}
  void let_others_run() override {
    Lock::assert_no_lock_held();
    ++count;
    if (others) std::exchange(others, nullptr)();
  }
};

class LongWorkStory : public testing::Test {
 public:
  Steps steps;
  sim::SimMachine machine{{.frames = 8192, .junk = false, .waiting = &steps}};
  std::optional<sim::SimUser> user{machine};
  uint32_t free_at_start = machine.frames.free_frames();

  mm::AddressSpace& space() { return user->space(); }
  VirtAddr at(VirtAddr block, PageCount page) { return pages_after(block, page); }
  void write(VirtAddr block, PageCount pages) {
    for (PageIndex i = 0; i < pages; ++i) (void)user->write32(at(block, i), i + 10);
  }
  VirtAddr filled(PageCount pages = kPages) {
    const VirtAddr block = mm::vmm_alloc(space(), pages, VirtAddr{0}, kReadWrite).value();
    write(block, pages);
    return block;
  }
  // The same in many parts: every fourth page can only be read.
  VirtAddr in_parts() {
    const VirtAddr block = filled();
    for (PageIndex i = 0; i < kPages; i += 4) {
      EXPECT_TRUE(mm::vmm_protect(space(), at(block, i), 1, mm::kMemRead));
    }
    return block;
  }
  // Calls `check` wherever others can run, from now on.
  void at_every_step(std::function<void()> check) {
    steps.others = [this, check] {
      check();
      at_every_step(check);
    };
  }
  // No step frees more than its part, and the books balance after each.
  void watch_steps() {
    last_free_ = machine.frames.free_frames();
    steps.count = 0;
    at_every_step([this] {
      mm::check_machine(machine.manager);
      const uint32_t now = machine.frames.free_frames();
      EXPECT_LE(now, last_free_ + kMostFreedByAStep);
      last_free_ = now;
    });
  }
  void expect_steps(uint32_t least) {
    EXPECT_GE(steps.count, least);
    EXPECT_LE(machine.frames.free_frames(), last_free_ + kMostFreedByAStep);
    steps.others = nullptr;
    mm::check_machine(machine.manager);
  }
  // The process ends; nothing of it stays.
  void end() {
    steps.others = nullptr;
    user.reset();
    mm::check_machine(machine.manager);
  }

 private:
  uint32_t last_free_ = 0;
};

TEST_F(LongWorkStory, R25_a_long_free_goes_in_steps) {
  const uint32_t before = machine.frames.free_frames();
  const VirtAddr block = filled();
  watch_steps();
  ASSERT_TRUE(mm::vmm_free(space(), block));
  expect_steps(2);
  EXPECT_EQ(user->state(block), PageState::Free);
  EXPECT_LE(before - machine.frames.free_frames(), 4u);  // some of the heap may stay
}

TEST_F(LongWorkStory, R25_a_free_of_many_parts_goes_in_steps) {
  const VirtAddr block = in_parts();
  watch_steps();
  ASSERT_TRUE(mm::vmm_free(space(), at(block, 1301)));
  expect_steps(20);
  EXPECT_EQ(user->region_count(), 0u);
}

TEST_F(LongWorkStory, R25_a_long_block_of_a_reservation_goes_back_to_it) {
  const VirtAddr area = mm::vmm_reserve_area(space(), kPages + 20, VirtAddr{0}).value();
  const VirtAddr block = mm::vmm_alloc(space(), kPages, at(area, 10), kReadWrite).value();
  write(block, kPages);
  for (PageIndex i = 0; i < kPages; i += 4) {
    ASSERT_TRUE(mm::vmm_protect(space(), at(block, i), 1, mm::kMemRead));
  }
  watch_steps();
  ASSERT_TRUE(mm::vmm_resize(space(), block, 700));
  ASSERT_TRUE(mm::vmm_free(space(), block));
  expect_steps(20);
  EXPECT_EQ(user->region_count(), 1u);
  EXPECT_EQ(user->state(at(area, 500)), PageState::Reserved);
}

TEST_F(LongWorkStory, R14_a_long_discard_goes_in_steps_and_leaves_zeros) {
  const VirtAddr block = filled();
  watch_steps();
  ASSERT_TRUE(mm::vmm_discard(space(), at(block, 3), kPages - 6));
  expect_steps(2);
  EXPECT_EQ(user->read32(at(block, 2)).value(), 12u);
  EXPECT_EQ(user->read32(at(block, 3)).value(), 0u);
  EXPECT_EQ(user->read32(at(block, kPages - 4)).value(), 0u);
  EXPECT_EQ(user->read32(at(block, kPages - 3)).value(), kPages - 3 + 10);
}

TEST_F(LongWorkStory, R06_a_long_cut_goes_in_steps_and_grows_back_as_zeros) {
  const VirtAddr block = in_parts();
  watch_steps();
  ASSERT_EQ(mm::vmm_resize(space(), block, 100).value(), block);
  expect_steps(2);
  EXPECT_EQ(user->read32(at(block, 99)).value(), 109u);
  EXPECT_EQ(user->state(at(block, 100)), PageState::Free);
  ASSERT_EQ(mm::vmm_resize(space(), block, kPages).value(), block);
  EXPECT_EQ(user->read32(at(block, 100)).value(), 0u);
  EXPECT_EQ(user->read32(at(block, kPages - 1)).value(), 0u);
}

TEST_F(LongWorkStory, R06_a_long_block_moves_with_its_pages_where_they_are) {
  const VirtAddr block = in_parts();
  ASSERT_TRUE(mm::vmm_alloc(space(), 1, at(block, kPages), kReadWrite));
  const uint32_t before = machine.frames.free_frames();
  watch_steps();
  const VirtAddr moved = mm::vmm_resize(space(), block, 2 * kPages).value();
  expect_steps(2);
  ASSERT_NE(moved, block);
  EXPECT_NEAR(static_cast<double>(machine.frames.free_frames()), before, 12);  // page tables
  for (PageIndex i = 0; i < kPages; i += 7) {
    ASSERT_EQ(user->read32(at(moved, i)).value(), i + 10);
  }
  EXPECT_FALSE(user->write32(at(moved, 4), 1));
  EXPECT_TRUE(user->write32(at(moved, 5), 1));
}

TEST_F(LongWorkStory, R05_protecting_a_long_block_goes_in_steps) {
  const VirtAddr block = filled();
  watch_steps();
  ASSERT_TRUE(mm::vmm_protect(space(), at(block, 1), kPages - 1, mm::kMemRead));
  expect_steps(2);
  EXPECT_TRUE(user->write32(block, 1));
  EXPECT_FALSE(user->write32(at(block, 1), 1));
  EXPECT_EQ(user->read32(at(block, kPages - 1)).value(), kPages + 9);
}

TEST_F(LongWorkStory, R10_a_long_query_goes_in_steps_and_counts_every_page) {
  const VirtAddr block = filled();
  watch_steps();
  const auto info = mm::vmm_query(space(), at(block, 5)).value();
  expect_steps(2);
  EXPECT_EQ(info.range, VirtRange::of_pages(block, kPages));
  EXPECT_EQ(info.dirty, kPages);
  EXPECT_EQ(info.uncommitted, 0u);
}

TEST_F(LongWorkStory, D1_the_end_of_a_process_goes_in_steps) {
  filled();
  in_parts();
  const VirtRange stack = space().map_stack(4 << 20).value();
  write(pages_after(stack.begin, 1), stack.size_pages() - 1);
  watch_steps();
  space().clear();
  expect_steps(20);
  EXPECT_EQ(user->region_count(), 0u);
}

TEST_F(LongWorkStory, D4_a_long_stack_goes_in_steps) {
  const VirtRange stack = space().map_stack(8 << 20).value();
  write(pages_after(stack.begin, 1), stack.size_pages() - 1);
  watch_steps();
  space().unmap_stack(stack);
  expect_steps(1);
  EXPECT_EQ(user->region_count(), 0u);
}

TEST_F(LongWorkStory, R25_a_second_free_does_not_touch_the_block_that_came_there_meanwhile) {
  const VirtAddr block = filled();
  steps.others = [&] {
    ASSERT_TRUE(mm::vmm_free(space(), block));
    ASSERT_EQ(mm::vmm_alloc(space(), kPages, block, kReadWrite).value(), block);
    write(block, kPages);
  };
  EXPECT_EQ(mm::vmm_free(space(), block).error(), Error::BadArgument);
  for (PageIndex i = 0; i < kPages; ++i) {
    ASSERT_EQ(user->state(at(block, i)), PageState::CommittedDirty) << i;
    ASSERT_EQ(user->read32(at(block, i)).value(), i + 10);
  }
}

// Another thread's call on the same block, at each of the places where it can come in between.
struct Meddling {
  const char* name;
  void (*call)(LongWorkStory&, mm::AddressSpace&, sim::SimUser&, VirtAddr block);
};

void write_all(sim::SimUser& user, VirtAddr block) {
  for (PageIndex i = 0; i < kPages; i += 3) (void)user.write32(pages_after(block, i), 1);
}

const Meddling kMeddlings[] = {
    {"touch", [](auto&, auto&, auto& user, VirtAddr b) { write_all(user, b); }},
    {"free", [](auto&, auto& space, auto&, VirtAddr b) { (void)mm::vmm_free(space, b); }},
    {"free_and_take",
     [](auto&, auto& space, auto& user, VirtAddr b) {
       (void)mm::vmm_free(space, b);
       (void)mm::vmm_alloc(space, kPages, b, kReadWrite);
       write_all(user, b);
     }},
    {"cut", [](auto&, auto& space, auto&, VirtAddr b) { (void)mm::vmm_resize(space, b, 600); }},
    {"move",
     [](auto&, auto& space, auto&, VirtAddr b) {
       (void)mm::vmm_alloc(space, 1, pages_after(b, kPages), kReadWrite);
       (void)mm::vmm_resize(space, b, kPages + 600);
     }},
    {"discard",
     [](auto&, auto& space, auto&, VirtAddr b) { (void)mm::vmm_discard(space, b, kPages); }},
    {"protect",
     [](auto&, auto& space, auto&, VirtAddr b) {
       for (PageIndex i = 5; i < kPages; i += 50) {
         (void)mm::vmm_protect(space, pages_after(b, i), 1, 0);
       }
     }},
};

const Meddling kCalls[] = {
    {"free", [](auto&, auto& space, auto&, VirtAddr b) { (void)mm::vmm_free(space, b); }},
    {"discard",
     [](auto&, auto& space, auto&, VirtAddr b) { (void)mm::vmm_discard(space, b, kPages); }},
    {"cut", [](auto&, auto& space, auto&, VirtAddr b) { (void)mm::vmm_resize(space, b, 100); }},
    {"move",
     [](auto&, auto& space, auto&, VirtAddr b) { (void)mm::vmm_resize(space, b, 2 * kPages); }},
    {"protect",
     [](auto&, auto& space, auto&, VirtAddr b) { (void)mm::vmm_protect(space, b, kPages, 0); }},
    {"query", [](auto&, auto& space, auto&, VirtAddr b) { (void)mm::vmm_query(space, b); }},
};

// `meddle` at the given step of `call`; whether it got there.
bool meddles(LongWorkStory& story, const Meddling& call, const Meddling& other, VirtAddr block,
             uint32_t step) {
  bool came = false;
  story.steps.count = 0;
  std::function<void()> hook = [&] {
    if (story.steps.count < step) {
      story.steps.others = hook;
      return;
    }
    came = true;
    other.call(story, story.space(), *story.user, block);
    mm::check_machine(story.machine.manager);
  };
  story.steps.others = hook;
  call.call(story, story.space(), *story.user, block);
  return came;
}

TEST_F(LongWorkStory, Whatever_another_thread_does_between_two_steps_the_books_balance) {
  for (const Meddling& call : kCalls) {
    for (const Meddling& other : kMeddlings) {
      for (uint32_t stride : {1u, 7u}) {  // a block in one part, and one in many
        for (uint32_t step = 1;; step += stride) {
          SCOPED_TRACE(testing::Message() << call.name << ", " << other.name << " at " << step);
          const bool came = meddles(*this, call, other, stride == 1 ? filled() : in_parts(), step);
          end();
          ASSERT_GE(machine.frames.free_frames() + 20, free_at_start);
          user.emplace(machine);
          if (!came || HasFailure()) break;
        }
      }
    }
  }
}

}  // namespace
}  // namespace mobius
