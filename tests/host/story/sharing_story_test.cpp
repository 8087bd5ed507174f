// Stories of blocks that are offered, their views, and whose pages these are (R07, R26).
#include "mm/calls/sharing.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

using sim::SimUser;

constexpr PageCount kPages = 4;

// An area of proc/, without its handles and names.
struct Offer final : mm::SharedBlock {
  void object_ends() override { ended = true; }
  bool ended = false;
};

class SharingStory : public SwapRig {
 protected:
  VirtAddr map(SimUser& who, Access access = Access::ReadWrite) {
    return offer.map(who.space(), VirtAddr{0}, access, offer.rights()).value();
  }
  uint32_t charged(SimUser& who) {
    LockGuard guard(machine.manager.lock);
    return who.space().footprint.resident;
  }

  SimUser other{machine};
  VirtAddr block = alloc(kPages);
  Offer offer;
};

TEST_F(SharingStory, R26_what_one_writes_all_views_read) {
  ASSERT_TRUE(offer.offer(user.space(), block + kPageSize, std::nullopt));
  const VirtAddr there = map(other), here = map(user);
  ASSERT_TRUE(other.write32(there, 77));
  EXPECT_EQ(user.read32(block).value(), 77u);
  EXPECT_EQ(user.read32(here).value(), 77u);
  ASSERT_TRUE(user.write32(here + kPageSize, 78));
  EXPECT_EQ(other.read32(there + kPageSize).value(), 78u);
  offer.withdraw();
}

TEST_F(SharingStory, R26_a_discard_reaches_two_views_of_one_process) {
  ASSERT_TRUE(offer.offer(user.space(), block, std::nullopt));
  const VirtAddr view = map(user);
  ASSERT_TRUE(user.write32(view, 77));
  ASSERT_EQ(user.read32(block).value(), 77u);
  ASSERT_TRUE(mm::vmm_discard(user.space(), view, kPages));
  EXPECT_EQ(user.read32(block).value(), 0u);
  offer.withdraw();
}

TEST_F(SharingStory, R26_pages_are_charged_to_nobody_while_they_are_offered) {
  ASSERT_TRUE(user.write32(block, 77));
  ASSERT_EQ(charged(user), 1u);
  ASSERT_TRUE(offer.offer(user.space(), block, std::nullopt));
  EXPECT_EQ(charged(user), 0u);
  const VirtAddr there = map(other);
  offer.withdraw();
  EXPECT_EQ(charged(user) + charged(other), 0u);
  ASSERT_TRUE(mm::vmm_unmap(other.space(), there));
  EXPECT_EQ(charged(user), 1u);
  EXPECT_EQ(mm::vmm_resize(user.space(), block, 1).value(), block);
}

TEST_F(SharingStory, R26_a_block_is_its_owners_again_when_its_offer_is_withdrawn) {
  ASSERT_TRUE(user.write32(block, 77));
  ASSERT_TRUE(offer.offer(user.space(), block, std::nullopt));
  offer.withdraw();
  EXPECT_EQ(charged(user), 1u);
}

TEST_F(SharingStory, R26_who_is_left_with_it_has_it_charged) {
  ASSERT_TRUE(user.write32(block, 77));
  ASSERT_TRUE(offer.offer(user.space(), block, std::nullopt));
  const VirtAddr there = map(other);
  offer.withdraw();
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  EXPECT_EQ(charged(other), 1u);
  EXPECT_EQ(other.read32(there).value(), 77u);
}

TEST_F(SharingStory, R26_a_block_has_its_size_while_an_area_or_a_second_view_exists) {
  ASSERT_TRUE(offer.offer(user.space(), block, std::nullopt));
  EXPECT_EQ(mm::vmm_resize(user.space(), block, 8).error(), Error::Busy);
  const VirtAddr view = map(user);
  offer.withdraw();
  EXPECT_EQ(mm::vmm_resize(user.space(), block, 8).error(), Error::Busy);
  ASSERT_TRUE(mm::vmm_protect(user.space(), view, 1, Access::Read));
  ASSERT_TRUE(mm::vmm_unmap(user.space(), view + kPageSize));
  EXPECT_TRUE(mm::vmm_resize(user.space(), block, 8));
}

TEST_F(SharingStory, R26_an_offer_that_is_held_keeps_the_pages) {
  ASSERT_TRUE(user.write32(block, 77));
  ASSERT_TRUE(offer.offer(user.space(), block, std::nullopt));
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  EXPECT_FALSE(offer.ended);
  const VirtAddr there = map(other);
  EXPECT_EQ(other.read32(there).value(), 77u);
  offer.let_go();
  EXPECT_FALSE(offer.ended);
  offer.hold();
  offer.let_go();
  ASSERT_TRUE(mm::vmm_unmap(other.space(), there));
  EXPECT_TRUE(offer.ended);
}

TEST_F(SharingStory, R26_rights_are_those_that_all_pages_have_or_fewer) {
  ASSERT_TRUE(mm::vmm_protect(user.space(), block + kPageSize, 1, Access::Read));
  EXPECT_EQ(offer.offer(user.space(), block, Access::ReadWrite).error(), Error::NoAccess);
  EXPECT_EQ(offer.offer(user.space(), block, Access::None).error(), Error::NoAccess);
  ASSERT_TRUE(offer.offer(user.space(), block, std::nullopt));
  EXPECT_EQ(offer.rights(), Access::Read);
  const auto more = offer.map(other.space(), VirtAddr{0}, Access::ReadWrite, Access::Read);
  EXPECT_EQ(more.error(), Error::NoAccess);
  const VirtAddr there = map(other, Access::None);
  EXPECT_EQ(mm::vmm_protect(other.space(), there, 2, Access::ReadWrite).error(), Error::NoAccess);
  EXPECT_TRUE(mm::vmm_protect(other.space(), there, 2, Access::Read));
  EXPECT_EQ(mm::vmm_discard(other.space(), there, 1).error(), Error::NoAccess);
  EXPECT_EQ(mm::vmm_free(other.space(), there).error(), Error::BadArgument);
  EXPECT_EQ(mm::vmm_unmap(user.space(), block).error(), Error::BadArgument);
  EXPECT_EQ(mm::vmm_resize(other.space(), there, 8).error(), Error::BadArgument);
  offer.withdraw();
}

TEST_F(SharingStory, R26_only_a_block_is_offered) {
  ASSERT_TRUE(offer.offer(user.space(), block, std::nullopt));
  const VirtAddr view = map(user);
  const VirtRange stack = user.space().map_stack(0).value();
  const VirtAddr reserved = mm::vmm_reserve_area(user.space(), 4, VirtAddr{0}).value();
  const VirtAddr top{stack.end.value - kPageSize};
  for (const VirtAddr where : {view, reserved, top, VirtAddr{0}}) {
    Offer none;
    EXPECT_EQ(none.offer(user.space(), where, std::nullopt).error(), Error::BadArgument);
  }
  offer.withdraw();
}

TEST_F(SharingStory, R13_pages_go_to_swap_and_come_back_for_all_views) {
  ASSERT_TRUE(offer.offer(user.space(), block, std::nullopt));
  const VirtAddr there = map(other);
  for (PageIndex i = 0; i < kPages; ++i) {
    ASSERT_TRUE(other.write32(pages_after(there, i), i + 1));
    ASSERT_EQ(user.read32(pages_after(block, i)).value(), i + 1);
  }
  evict_all();
  EXPECT_EQ(draw(block, kPages), "ssss");
  EXPECT_EQ(user.read32(pages_after(block, 2)).value(), 3u);
  EXPECT_EQ(other.read32(pages_after(there, 2)).value(), 3u);
  offer.withdraw();
}

TEST_F(SharingStory, S1_a_promise_counts_in_full_for_each_process_that_shows_it) {
  const VirtAddr promised = alloc(kPages, {.storage = mm::Storage::Promised});
  ASSERT_TRUE(offer.offer(user.space(), promised, std::nullopt));
  (void)map(other);
  {
    LockGuard guard(machine.manager.lock);
    EXPECT_EQ(other.space().promised_pages(), user.space().promised_pages());
    EXPECT_EQ(machine.manager.promises.promised(), user.space().promised_pages());
  }
  offer.withdraw();
}

}  // namespace
}  // namespace mobius
