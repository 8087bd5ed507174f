// The state machine of one page: every move that is legal works, every other one is caught.
#include "mm/page_slot.h"

#include <gtest/gtest.h>

namespace mobius::mm {
namespace {

constexpr SlotKind kKinds[] = {SlotKind::Empty, SlotKind::Zero, SlotKind::Backed,
                               SlotKind::Resident, SlotKind::Busy, SlotKind::Swapped,
                               SlotKind::Discarded};

PageSlot slot_in(SlotKind kind) {
  PageSlot slot;
  switch (kind) {
    case SlotKind::Empty: break;
    case SlotKind::Zero: slot.make_zero(); break;
    case SlotKind::Backed: slot.make_backed(); break;
    case SlotKind::Resident: slot.make_resident({42}); break;
    case SlotKind::Busy: slot.make_busy(); break;
    case SlotKind::Swapped:
      slot.make_resident({42});
      slot.make_swapped({7}, 3);
      break;
    case SlotKind::Discarded:
      slot.make_resident({42});
      slot.make_discarded(3);
      break;
  }
  return slot;
}

void move(PageSlot& slot, SlotKind to) {
  switch (to) {
    case SlotKind::Empty: slot.make_empty(); break;
    case SlotKind::Zero: slot.make_zero(); break;
    case SlotKind::Backed: slot.make_backed(); break;
    case SlotKind::Resident: slot.make_resident({43}); break;
    case SlotKind::Busy: slot.make_busy(); break;
    case SlotKind::Swapped: slot.make_swapped({7}, 3); break;
    case SlotKind::Discarded: slot.make_discarded(3); break;
  }
}

TEST(PageSlot, R10_a_page_is_in_exactly_one_state_and_moves_as_the_table_says) {
  for (SlotKind from : kKinds) {
    for (SlotKind to : kKinds) {
      PageSlot slot = slot_in(from);
      ASSERT_EQ(slot.kind, from);
      // A page that was not in swap space cannot fall back there.
      if (to == SlotKind::Empty || PageSlot::may_move(from, to)) {
        move(slot, to);
        EXPECT_EQ(slot.kind, to);
      } else {
        EXPECT_DEATH(move(slot, to), "KASSERT");
      }
    }
  }
}

TEST(PageSlot, R10_only_a_resident_page_has_a_frame) {
  for (SlotKind kind : kKinds) {
    PageSlot slot = slot_in(kind);
    if (kind == SlotKind::Resident) {
      EXPECT_EQ(slot.frame(), FrameNumber{42});
    } else {
      EXPECT_DEATH((void)slot.frame(), "KASSERT");
    }
  }
}

TEST(PageSlot, R15_a_page_is_clean_when_it_becomes_resident_and_when_it_is_emptied) {
  PageSlot slot = slot_in(SlotKind::Resident);
  EXPECT_FALSE(slot.dirty);
  slot.dirty = true;
  slot.make_empty();
  EXPECT_FALSE(slot.dirty);
  slot.make_resident({7});
  EXPECT_FALSE(slot.dirty);
}

TEST(PageSlot, R11_zero_bits_are_an_empty_slot) {
  alignas(PageSlot) unsigned char bytes[sizeof(PageSlot)] = {};
  EXPECT_EQ(reinterpret_cast<PageSlot*>(bytes)->kind, SlotKind::Empty);
}

}  // namespace
}  // namespace mobius::mm
