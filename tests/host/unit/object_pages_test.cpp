// The state machine of one page, and what is counted of it: every move that is legal works and is
// counted, every other one is caught.
#include "mm/objects/object_pages.h"

#include <gtest/gtest.h>

#include <random>

#include "sim/sim_machine.h"

namespace mobius::mm {
namespace {

constexpr SlotKind kKinds[] = {SlotKind::Empty, SlotKind::Zero, SlotKind::Backed,
                               SlotKind::Resident, SlotKind::Busy, SlotKind::Swapped,
                               SlotKind::Stored, SlotKind::Discarded};

PageSlot target(SlotKind kind, SwapSlot from = {7}) {
  switch (kind) {
    case SlotKind::Empty: return PageSlot();
    case SlotKind::Zero: return PageSlot::zero();
    case SlotKind::Backed: return PageSlot::backed();
    case SlotKind::Resident: return PageSlot::resident({42});
    case SlotKind::Busy: return PageSlot::busy(from);
    case SlotKind::Swapped: return PageSlot::swapped(from, 3);
    case SlotKind::Stored: return PageSlot::stored(4);
    case SlotKind::Discarded: return PageSlot::discarded(5);
  }
  __builtin_unreachable();
}

struct Pages : ObjectPages {
  using ObjectPages::ObjectPages;
};

struct ObjectPagesTest : testing::Test {
  static constexpr PageCount kPages = 16;
  sim::SimMachine machine;
  Footprint space;
  Pages pages{machine.manager, kPages};

  ObjectPagesTest() { pages.belong_to(space); }
  ~ObjectPagesTest() override {
    for (PageIndex page = 0; page < kPages; ++page) empty(page);
  }
  PageSlot& slot(PageIndex page) { return **pages.slots().get(page); }
  void move(PageIndex page, PageSlot to) { pages.move(page, slot(page), to); }
  void empty(PageIndex page) {
    if (slot(page).kind() == SlotKind::Busy) move(page, slot(page).where_it_came_from());
    if (slot(page).kind() != SlotKind::Empty) move(page, PageSlot());
  }
  // Page 0, which is Empty, gets there by legal moves.
  void bring_to(SlotKind kind) {
    if (PageSlot::may_move(SlotKind::Resident, kind) && kind != SlotKind::Empty) {
      move(0, PageSlot::resident({42}));
    }
    const SwapSlot from = kind == SlotKind::Busy ? kNoSwapSlot : SwapSlot{7};
    if (kind != SlotKind::Empty) move(0, target(kind, from));
  }
};

TEST_F(ObjectPagesTest, R10_a_page_is_in_exactly_one_state_and_moves_as_the_table_says) {
  for (SlotKind from : kKinds) {
    for (SlotKind to : kKinds) {
      bring_to(from);
      ASSERT_EQ(slot(0).kind(), from);
      if (PageSlot::may_move(from, to)) {
        move(0, target(to));
        EXPECT_EQ(slot(0).kind(), to);
      } else {
        EXPECT_DEATH(move(0, target(to)), "KASSERT");
      }
      empty(0);
    }
  }
}

TEST_F(ObjectPagesTest, R10_only_a_resident_page_has_a_frame) {
  for (SlotKind kind : kKinds) {
    bring_to(kind);
    if (kind == SlotKind::Resident) {
      EXPECT_EQ(slot(0).frame(), FrameNumber{42});
    } else {
      EXPECT_DEATH((void)slot(0).frame(), "KASSERT");
    }
    empty(0);
  }
}

TEST_F(ObjectPagesTest, R15_a_page_is_clean_when_it_becomes_resident_and_when_it_is_emptied) {
  bring_to(SlotKind::Resident);
  EXPECT_FALSE(slot(0).dirty());
  pages.note_dirty(slot(0));
  EXPECT_DEATH(move(0, PageSlot::swapped({7}, 3)), "KASSERT");
  EXPECT_DEATH(move(0, PageSlot::stored(3)), "KASSERT");
  move(0, PageSlot());
  EXPECT_FALSE(slot(0).dirty());
  move(0, PageSlot::resident({7}));
  EXPECT_FALSE(slot(0).dirty());
}

TEST_F(ObjectPagesTest, what_the_policy_remembers_lasts_from_one_eviction_to_the_next) {
  bring_to(SlotKind::Swapped);
  EXPECT_EQ(slot(0).shadow(), 3);
  move(0, PageSlot::busy(slot(0).swap_slot()));
  move(0, slot(0).where_it_came_from());
  EXPECT_EQ(slot(0).kind(), SlotKind::Swapped);
  EXPECT_EQ(slot(0).swap_slot(), SwapSlot{7});
  move(0, PageSlot::busy(slot(0).swap_slot()));
  move(0, PageSlot::resident({42}));
  EXPECT_EQ(slot(0).shadow(), 3);
  move(0, PageSlot::discarded(9));
  EXPECT_EQ(slot(0).shadow(), 9);
  move(0, PageSlot());
  EXPECT_EQ(slot(0).shadow(), kNoShadow);
  move(0, PageSlot::busy(kNoSwapSlot));
  move(0, PageSlot::resident({42}));
  move(0, PageSlot::stored(4));
  EXPECT_EQ(slot(0).shadow(), 4);
}

TEST_F(ObjectPagesTest, R11_zero_bits_are_an_empty_slot) {
  alignas(PageSlot) unsigned char bytes[sizeof(PageSlot)] = {};
  EXPECT_EQ(reinterpret_cast<PageSlot*>(bytes)->kind(), SlotKind::Empty);
}

// A state of the kind that a page can be moved to: from Busy only in, or back.
PageSlot next_of(const PageSlot& was, SlotKind kind, PageIndex page) {
  if (was.kind() == SlotKind::Busy && kind != SlotKind::Resident) return was.where_it_came_from();
  if (kind == SlotKind::Swapped) return PageSlot::swapped({page + 1}, 3);
  return target(kind, was.kind() == SlotKind::Swapped ? was.swap_slot() : kNoSwapSlot);
}

// Whatever moves are made, the counts are those of the slots.
TEST_F(ObjectPagesTest, R13_what_is_counted_is_what_the_slots_say) {
  Promises& ledger = machine.manager.promises;
  ledger.set_swap_capacity(100);
  pages.promise().add(ledger.promise({kPages, 0}).value());
  std::mt19937 random(17);
  for (unsigned step = 0; step < 20'000; ++step) {
    const PageIndex page = random() % kPages;
    const PageSlot was = slot(page);
    const PageSlot to = next_of(was, kKinds[random() % std::size(kKinds)], page);
    if (!PageSlot::may_move(was.kind(), to.kind())) continue;
    move(page, to);
    uint32_t resident = 0, swapped = 0;
    for (PageIndex p = 0; p < kPages; ++p) {
      resident += slot(p).in_frame() ? 1 : 0;
      swapped += slot(p).in_swap() ? 1 : 0;
    }
    ASSERT_EQ(pages.resident_pages(), resident);
    ASSERT_EQ(pages.swapped_pages(), swapped);
    ASSERT_EQ(space.resident, resident);
    ASSERT_EQ(space.swapped, swapped);
    ASSERT_EQ(ledger.swapped(), swapped);
    ASSERT_EQ(ledger.owed(), kPages - resident - swapped);
  }
}

}  // namespace
}  // namespace mobius::mm
