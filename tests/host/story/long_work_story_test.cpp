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

constexpr mm::BlockOptions kReadWrite{};
constexpr PageCount kPages = 2600;  // five leaves of slots and a bit
constexpr uint32_t kMostFreedByAStep = 1024 + 512;

// What runs when long work lets others run.
class Steps final : public mm::Waiting {
 public:
  std::function<void()> others;
  uint32_t count = 0;

  void wait_unguarded(const void*) override { ADD_FAILURE() << "nobody brings a page in"; }
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
  uint32_t free_at_start = machine.frames.counts().free();

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
      EXPECT_TRUE(mm::vmm_protect(space(), at(block, i), 1, Access::Read));
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
    last_free_ = machine.frames.counts().free();
    steps.count = 0;
    at_every_step([this] {
      mm::check_machine(machine.manager);
      const uint32_t now = machine.frames.counts().free();
      EXPECT_LE(now, last_free_ + kMostFreedByAStep);
      last_free_ = now;
    });
  }
  void expect_steps(uint32_t least) {
    EXPECT_GE(steps.count, least);
    EXPECT_LE(machine.frames.counts().free(), last_free_ + kMostFreedByAStep);
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
  const uint32_t before = machine.frames.counts().free();
  const VirtAddr block = filled();
  watch_steps();
  ASSERT_TRUE(mm::vmm_free(space(), block));
  expect_steps(2);
  EXPECT_EQ(user->state(block), PageState::Free);
  EXPECT_LE(before - machine.frames.counts().free(), 4u);  // some of the heap may stay
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
    ASSERT_TRUE(mm::vmm_protect(space(), at(block, i), 1, Access::Read));
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
  const uint32_t before = machine.frames.counts().free();
  watch_steps();
  const VirtAddr moved = mm::vmm_resize(space(), block, 2 * kPages).value();
  expect_steps(2);
  ASSERT_NE(moved, block);
  EXPECT_NEAR(static_cast<double>(machine.frames.counts().free()), before, 12);  // page tables
  for (PageIndex i = 0; i < kPages; i += 7) {
    ASSERT_EQ(user->read32(at(moved, i)).value(), i + 10);
  }
  EXPECT_FALSE(user->write32(at(moved, 4), 1));
  EXPECT_TRUE(user->write32(at(moved, 5), 1));
}

TEST_F(LongWorkStory, R05_protecting_a_long_block_goes_in_steps) {
  const VirtAddr block = filled();
  watch_steps();
  ASSERT_TRUE(mm::vmm_protect(space(), at(block, 1), kPages - 1, Access::Read));
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

// Two threads of a process, on one block: who runs on at each step is drawn.
class LongCallStory : public testing::TestWithParam<bool> {
 public:
  static constexpr PageCount kLast = kPages - 1;

  // A block in many parts, or in one, whose pages have contents.
  VirtAddr filled(sim::SimUser& user) {
    mm::AddressSpace& space = user.space();
    const VirtAddr block = mm::vmm_alloc(space, kPages, VirtAddr{0}, kReadWrite).value();
    for (PageIndex i = 0; i < kPages; ++i) (void)user.write32(pages_after(block, i), i + 10);
    for (PageIndex i = 1; GetParam() && i + 1 < kPages; i += 4) {
      EXPECT_TRUE(mm::vmm_protect(space, pages_after(block, i), 1, Access::Read));
    }
    return block;
  }
  // Two looks are at two moments: what is gone at the first is gone at the second.
  // `look` again and again, for as long as `call` is under way; and once after it.
  using Call = std::function<void(mm::AddressSpace&, VirtAddr block)>;
  using Look = std::function<void(sim::SimUser&, VirtAddr block)>;
  uint32_t watch(uint64_t seed, const Call& call, const Look& look) {
    sim::SimMachine machine{{.frames = 8192, .seed = seed, .junk = false}};
    uint32_t looks = 0;
    {
      sim::SimUser user(machine);
      const VirtAddr block = filled(user);
      bool over = false;
      machine.scheduler.spawn([&] {
        call(user.space(), block);
        over = true;
      });
      machine.scheduler.spawn([&] {
        for (; !over; ++looks, machine.scheduler.yield()) look(user, block);
        look(user, block);
      });
      EXPECT_EQ(machine.scheduler.run(), 0u);
      mm::check_machine(machine.manager);
    }
    mm::check_machine(machine.manager);
    return looks;
  }
  void nobody_sees_half(const Call& call, const Look& look) {
    uint32_t looks = 0;
    for (uint64_t seed = 1; seed <= 8; ++seed) looks += watch(seed, call, look);
    EXPECT_GT(looks, 8u);
  }
};

TEST_P(LongCallStory, R25_nobody_sees_half_of_a_free) {
  nobody_sees_half(
      [](auto& space, VirtAddr block) { ASSERT_TRUE(mm::vmm_free(space, block)); },
      [](auto& user, VirtAddr block) {
        const bool gone = !user.read32(pages_after(block, kLast));
        EXPECT_FALSE(user.read32(block) && gone);
        const bool freed = user.state(pages_after(block, kLast)) == PageState::Free;
        EXPECT_FALSE(freed && user.state(block) != PageState::Free);
      });
}

TEST_P(LongCallStory, R14_nobody_sees_half_of_a_discard) {
  nobody_sees_half(
      [](auto& space, VirtAddr block) { ASSERT_TRUE(mm::vmm_discard(space, block, kPages)); },
      [](auto& user, VirtAddr block) {
        const bool gone = user.read32(pages_after(block, kLast)) == 0u;
        EXPECT_FALSE(user.read32(pages_after(block, 600)) != 0u && gone);
      });
}

TEST_P(LongCallStory, R05_nobody_sees_half_of_a_protect) {
  nobody_sees_half(
      [](auto& space, VirtAddr block) {
        ASSERT_TRUE(mm::vmm_protect(space, block, kPages, Access::None));
      },
      [](auto& user, VirtAddr block) {
        const bool gone = !user.read32(block);
        EXPECT_FALSE(user.read32(pages_after(block, kLast)) && gone);
      });
}

TEST_P(LongCallStory, R06_nobody_sees_half_of_a_cut) {
  nobody_sees_half(
      [](auto& space, VirtAddr block) { ASSERT_TRUE(mm::vmm_resize(space, block, 100)); },
      [](auto& user, VirtAddr block) {
        const bool gone = !user.read32(pages_after(block, kLast));
        EXPECT_FALSE(user.read32(pages_after(block, 100)) && gone);
        EXPECT_EQ(user.read32(pages_after(block, 99)), 109u);
      });
}

TEST_P(LongCallStory, R06_nobody_sees_half_of_a_move) {
  nobody_sees_half(
      [](auto& space, VirtAddr block) {
        ASSERT_TRUE(mm::vmm_alloc(space, 1, pages_after(block, kPages), kReadWrite));
        ASSERT_NE(mm::vmm_resize(space, block, 2 * kPages).value(), block);
      },
      [](auto& user, VirtAddr block) {
        const bool gone = !user.read32(pages_after(block, kLast));
        EXPECT_FALSE(user.read32(block) && gone);
      });
}

TEST_P(LongCallStory, R25_a_second_free_does_not_touch_the_block_that_came_there_meanwhile) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    sim::SimMachine machine{{.frames = 8192, .seed = seed, .junk = false}};
    sim::SimUser user(machine);
    const VirtAddr block = filled(user);
    unsigned freed = 0;
    for (int i = 0; i < 2; ++i) {
      machine.scheduler.spawn([&] {
        if (mm::vmm_free(user.space(), block)) ++freed;
      });
    }
    machine.scheduler.spawn([&] {
      while (user.state(block) != PageState::Free) machine.scheduler.yield();
      (void)mm::vmm_alloc(user.space(), 3, block, kReadWrite);
    });
    EXPECT_EQ(machine.scheduler.run(), 0u);
    EXPECT_EQ(user.region_count(), 2 - freed);  // the second free may come after the new block
  }
}

// Another thread's call on the same block.
struct Meddling {
  const char* name;
  void (*call)(sim::SimUser&, VirtAddr block);
};

const Meddling kMeddlings[] = {
    {"touch",
     [](auto& user, VirtAddr b) {
       for (PageIndex i = 0; i < kPages; i += 3) (void)user.write32(pages_after(b, i), 1);
     }},
    {"free", [](auto& user, VirtAddr b) { (void)mm::vmm_free(user.space(), b); }},
    {"free_and_take",
     [](auto& user, VirtAddr b) {
       (void)mm::vmm_free(user.space(), b);
       (void)mm::vmm_alloc(user.space(), kPages, b, kReadWrite);
       (void)user.write32(b, 1);
     }},
    {"cut", [](auto& user, VirtAddr b) { (void)mm::vmm_resize(user.space(), b, 600); }},
    {"move",
     [](auto& user, VirtAddr b) {
       (void)mm::vmm_alloc(user.space(), 1, pages_after(b, kPages), kReadWrite);
       (void)mm::vmm_resize(user.space(), b, kPages + 600);
     }},
    {"discard", [](auto& user, VirtAddr b) { (void)mm::vmm_discard(user.space(), b, kPages); }},
    {"protect",
     [](auto& user, VirtAddr b) {
       for (PageIndex i = 5; i < kPages; i += 50) {
         (void)mm::vmm_protect(user.space(), pages_after(b, i), 1, Access::None);
       }
     }},
    {"protect_all",
     [](auto& user, VirtAddr b) { (void)mm::vmm_protect(user.space(), b, kPages, Access::None); }},
    {"query", [](auto& user, VirtAddr b) { (void)mm::vmm_query(user.space(), b); }},
    {"stack",
     [](auto& user, VirtAddr) {
       const VirtRange stack = user.space().map_stack(4 << 20).value();
       for (PageIndex i = 1; i < 1024; ++i) (void)user.write32(pages_after(stack.begin, i), 1);
       user.space().unmap_stack(stack);
     }},
};

TEST_P(LongCallStory, Whatever_two_threads_do_with_a_block_the_books_balance) {
  for (const Meddling& call : kMeddlings) {
    for (const Meddling& other : kMeddlings) {
      for (uint64_t seed = 1; seed <= 2; ++seed) {
        SCOPED_TRACE(testing::Message() << call.name << ", " << other.name << ", " << seed);
        sim::SimMachine machine{{.frames = 8192, .seed = seed, .junk = false}};
        const uint32_t free_at_start = machine.frames.counts().free();
        {
          sim::SimUser user(machine);
          const VirtAddr block = filled(user);
          for (const Meddling* who : {&call, &other}) {
            machine.scheduler.spawn([&user, block, who] { who->call(user, block); });
          }
          ASSERT_EQ(machine.scheduler.run(), 0u);
          mm::check_machine(machine.manager);
        }
        mm::check_machine(machine.manager);
        ASSERT_GE(machine.frames.counts().free() + 20, free_at_start);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Blocks, LongCallStory, testing::Bool(), [](const auto& info) {
  return info.param ? "in_many_parts" : "in_one";
});

}  // namespace
}  // namespace mobius
