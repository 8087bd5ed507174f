// docs/page-life.md, step by step: what region, slot, entry, frame record and swap slot say.
#include "mm/swap/swap_pager.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

using mm::FrameUse;
using mm::PageMark;
using mm::SlotKind;

class PageLife : public SwapRig {
 protected:
  const VirtAddr block = alloc(16);
  const VirtAddr page = pages_after(block, 5);

  mm::PageSlot* slot() { return user.space().slot_at(page); }
  SlotKind kind() {
    LockGuard guard(machine.manager.lock);
    return slot() == nullptr ? SlotKind::Empty : slot()->kind();
  }
  std::optional<mm::Mapping> entry() { return user.space().map().find(page); }
  mm::FrameRecord& record() { return machine.frames.record(slot()->frame()); }

  void allocated();
  void read_first();
  void written_first();
  void paged_out();
  void paged_in();
  void discarded();
  void freed();

  mm::SwapSlot home{};
};

// 1. VmmAlloc
void PageLife::allocated() {
  EXPECT_EQ(block.value, 0x10000000u);
  EXPECT_EQ(slot(), nullptr);
  EXPECT_FALSE(entry());
}

// 2. The first read
void PageLife::read_first() {
  ASSERT_EQ(user.read32(page).value(), 0u);
  EXPECT_EQ(kind(), SlotKind::Zero);
  EXPECT_EQ(entry()->frame, machine.manager.zero_frame);
  EXPECT_EQ(entry()->access, Access::Read);
  EXPECT_EQ(machine.frames.record(entry()->frame).use, FrameUse::ZeroFrame);
}

// 3. The first write
void PageLife::written_first() {
  ASSERT_TRUE(user.write32(page, 7));
  EXPECT_EQ(kind(), SlotKind::Resident);
  EXPECT_FALSE(slot()->dirty());
  EXPECT_TRUE(entry()->dirty && entry()->accessed);
  EXPECT_EQ(entry()->access, Access::ReadWrite);
  EXPECT_EQ(record().use, FrameUse::Anonymous);
  EXPECT_EQ(record().index, 5u);
  EXPECT_TRUE(record().marks.none());
}

// 4. Page-out
void PageLife::paged_out() {
  const FrameNumber first = slot()->frame();
  put_on_standby(machine.frames.counts().total());
  EXPECT_EQ(kind(), SlotKind::Swapped);
  EXPECT_FALSE(entry());
  EXPECT_EQ(machine.frames.record(first).use, FrameUse::FreeStandby);
  EXPECT_EQ(machine.frames.record(first).swap_slot, slot()->swap_slot());
  home = slot()->swap_slot();
}

// 5. Page-in
void PageLife::paged_in() {
  machine.frames.standby().forget(home);
  ASSERT_EQ(user.read32(page).value(), 7u);
  EXPECT_EQ(kind(), SlotKind::Resident);
  EXPECT_TRUE(entry()->accessed && !entry()->dirty);
  EXPECT_EQ(entry()->access, Access::ReadWrite);
  EXPECT_TRUE(record().marks.has(PageMark::Tracked) && record().marks.has(PageMark::CleanCopy));
  EXPECT_EQ(record().swap_slot, home);
  const auto faults = stats().faults_minor;
  ASSERT_TRUE(user.write32(page, 8));
  EXPECT_EQ(stats().faults_minor, faults);
  EXPECT_TRUE(record().marks.has(PageMark::CleanCopy));  // until the next page-out
}

// 6. Discard
void PageLife::discarded() {
  const uint32_t free = machine.frames.counts().free();
  ASSERT_TRUE(mm::vmm_discard(user.space(), page, 1));
  EXPECT_EQ(kind(), SlotKind::Empty);
  EXPECT_FALSE(entry());
  EXPECT_GT(machine.frames.counts().free(), free);
}

// 7. VmmFree
void PageLife::freed() {
  ASSERT_TRUE(user.write32(page, 9));
  ASSERT_TRUE(mm::vmm_free(user.space(), page));
  EXPECT_EQ(user.space().find(page), nullptr);
  EXPECT_FALSE(entry());
}

TEST_F(PageLife, R10_R15_is_as_the_book_tells_it) {
  allocated();
  read_first();
  written_first();
  paged_out();
  paged_in();
  discarded();
  freed();
}

}  // namespace
}  // namespace mobius
