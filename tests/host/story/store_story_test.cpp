// Stories of memory with contents of its own, which regions show directly: its pages come from
// their store, are modified in place, and are written back there (sim/sim_store.h).
#include "sim/sim_image.h"
#include "sim/sim_store.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

using mm::FaultOutcome;
using mm::PageState;
using sim::SimUser;
using sim::StoreObject;

constexpr VirtAddr kBase{0x30000000};
constexpr PageCount kPages = 40;  // of the object; the store has the first kFilled
constexpr PageCount kFilled = 36;

class StoreStory : public SwapRig {
 protected:
  StoreStory() {
    for (PageIndex page = 0; page < kFilled; ++page) {
      const uint32_t word = word_of(page);
      std::memcpy(store.pages[page].data(), &word, sizeof word);
    }
    sim::show(user, *object, kBase, Access::ReadWrite);
  }
  ~StoreStory() override {
    mm::check_machine(machine.manager);
    object->release();
  }

  static VirtAddr at(PageIndex page) { return pages_after(kBase, page); }
  uint32_t stored(PageIndex page) {
    uint32_t word = 0;
    std::memcpy(&word, store.pages.at(page).data(), sizeof word);
    return word;
  }

  sim::StorePager store{machine};
  StoreObject* object = StoreObject::create(machine, kPages, store);
};

TEST_F(StoreStory, R26_a_region_shows_what_its_object_has) {
  EXPECT_EQ(user.state(at(3)), PageState::Uncommitted);
  EXPECT_EQ(user.read32(at(3)).value(), word_of(3));
  EXPECT_EQ(user.state(at(3)), PageState::CommittedClean);
  EXPECT_EQ(user.read32(at(kFilled)).value(), 0u) << "the store has nothing there";
  EXPECT_EQ(machine.stats().pages_in, 1u);
}

TEST_F(StoreStory, R26_an_image_shows_its_file_without_an_object_in_front_of_it) {
  sim::SimFile file(machine.memory, machine.scheduler, 7, 6 * kPageSize);
  const mm::ImageLayout layout = sim::usual_layout();
  sim::SimImage* const image = sim::SimImage::create(machine, layout, file);
  {
    SimUser viewer(machine);
    sim::show(viewer, *image, kBase, Access::Read);
    EXPECT_EQ(viewer.read32(kBase).value(), sim::signed_word(7, 0));
    EXPECT_EQ(viewer.read32(at(6)).value(), 0u);
    EXPECT_FALSE(viewer.write32(kBase, 1));
  }
  image->release();
}

TEST_F(StoreStory, R20_pages_that_are_read_in_order_come_several_at_a_time) {
  for (PageIndex page = 0; page < kFilled; ++page) {
    ASSERT_EQ(user.read32(at(page)).value(), word_of(page));
  }
  EXPECT_EQ(machine.stats().pages_in, kFilled);
  EXPECT_EQ(store.transfers, 5u) << "2, 4, 8, 16 and what is left";
}

TEST_F(StoreStory, R13_a_clean_page_goes_without_a_write_and_comes_back) {
  ASSERT_EQ(user.read32(at(3)).value(), word_of(3));
  evict_all();
  EXPECT_EQ(user.state(at(3)), PageState::InFile);
  EXPECT_EQ(store.transfers, 1u);
  EXPECT_EQ(user.read32(at(3)).value(), word_of(3));
  EXPECT_EQ(store.transfers, 2u);
}

TEST_F(StoreStory, R13_a_modified_page_is_written_back_to_its_store) {
  ASSERT_TRUE(user.write32(at(3), 77));
  ASSERT_TRUE(user.write32(at(4), 78));
  EXPECT_EQ(user.state(at(3)), PageState::CommittedDirty);
  const uint32_t free_slots = swap.free_slots();
  store.transfers = 0;
  evict_all();
  EXPECT_EQ(user.state(at(3)), PageState::InFile);
  EXPECT_EQ(store.transfers, 1u) << "neighbours go by one";
  EXPECT_EQ(stored(3), 77u);
  EXPECT_EQ(stored(4), 78u);
  EXPECT_EQ(swap.free_slots(), free_slots);
  EXPECT_EQ(user.read32(at(3)).value(), 77u);
  EXPECT_EQ(user.state(at(3)), PageState::CommittedClean);
}

TEST_F(StoreStory, R13_a_modified_page_goes_where_there_is_no_swap_space) {
  ASSERT_TRUE(user.write32(at(3), 77));
  (void)swap.paging.eviction.evict_without_slots({mm::Gain::Frames, mm::Images::Take});
  EXPECT_EQ(stored(3), 77u);
}

TEST_F(StoreStory, R15_a_page_that_is_modified_while_it_is_written_stays) {
  ASSERT_TRUE(user.write32(at(3), 77));
  machine.scheduler.spawn([&] {
    machine.scheduler.sleep(store.latency / 2);
    ASSERT_TRUE(user.write32(at(3), 78));
  });
  store.transfers = 0;
  evict_all();
  EXPECT_EQ(store.transfers, 2u) << "what the first has written is void";
  EXPECT_EQ(stored(3), 78u);
}

TEST_F(StoreStory, R13_a_page_of_zeros_without_contents_in_the_store_takes_none) {
  ASSERT_EQ(user.read32(at(kFilled)).value(), 0u);
  ASSERT_TRUE(user.write32(at(kFilled + 1), 1));
  evict_all();
  EXPECT_FALSE(store.has(kFilled));
  EXPECT_EQ(stored(kFilled + 1), 1u);
  EXPECT_EQ(user.read32(at(kFilled + 1)).value(), 1u);
}

// Zeros that were locked for a while have a frame, and the store has nothing there.
TEST_F(StoreStory, R13_a_clean_page_that_the_store_lacks_is_discarded) {
  ASSERT_TRUE(mm::vmm_lock(user.space(), at(kFilled), 1));
  ASSERT_TRUE(mm::vmm_unlock(user.space(), at(kFilled), 1));
  evict_all();
  EXPECT_EQ(user.state(at(kFilled)), PageState::Discarded);
  EXPECT_EQ(user.read32(at(kFilled)).value(), 0u);
}

TEST_F(StoreStory, R20_a_page_that_cannot_be_read_is_an_error_of_that_page) {
  store.bad_pages = {3};
  EXPECT_FALSE(user.read32(at(3)));
  EXPECT_EQ(user.last_outcome(), FaultOutcome::IoError);
  EXPECT_EQ(user.state(at(3)), PageState::InFile);
  EXPECT_EQ(user.read32(at(2)).value(), word_of(2));
  EXPECT_EQ(user.read32(at(4)).value(), word_of(4));
  store.bad_pages = {};
  EXPECT_EQ(user.read32(at(3)).value(), word_of(3));
}

TEST_F(StoreStory, R20_a_page_that_cannot_be_written_stays_with_what_it_has) {
  ASSERT_TRUE(user.write32(at(3), 77));
  store.bad_pages = {3};
  evict_all();
  EXPECT_EQ(user.state(at(3)), PageState::CommittedDirty);
  EXPECT_EQ(user.read32(at(3)).value(), 77u);
  store.bad_pages = {};
}

TEST_F(StoreStory, R16_a_private_copy_leaves_the_store_alone) {
  SimUser other(machine);
  {
    LockGuard guard(machine.manager.lock);
    auto front = mm::AnonymousObject::create(machine.manager, kPages, object);
    ASSERT_TRUE(front);
    front->get()->belong_to(other.space().footprint);
    auto region = other.space().regions.make();
    ASSERT_TRUE(region);
    (*region)->access = Access::ReadWrite;
    (*region)->block_base = kBase;
    (*region)->attach(other.space(), std::move(*front));
    other.space().regions.insert(std::move(*region), VirtRange::of_pages(kBase, kPages));
  }
  ASSERT_TRUE(other.write32(at(3), 5));
  evict_all();
  EXPECT_EQ(stored(3), word_of(3));
  EXPECT_EQ(other.read32(at(3)).value(), 5u);
  EXPECT_EQ(user.read32(at(3)).value(), word_of(3));
}

TEST_F(StoreStory, R26_two_spaces_see_one_page) {
  SimUser other(machine);
  sim::show(other, *object, kBase + 0x100000, Access::ReadWrite);
  ASSERT_TRUE(user.write32(at(3), 77));
  EXPECT_EQ(other.read32(at(3) + 0x100000).value(), 77u);
  ASSERT_TRUE(other.write32(at(3) + 0x100000, 78));
  evict_all();
  EXPECT_EQ(stored(3), 78u) << "modified by the translation of either";
  EXPECT_EQ(user.read32(at(3)).value(), 78u);
  EXPECT_EQ(other.read32(at(3) + 0x100000).value(), 78u);
}

TEST_F(StoreStory, R26_a_view_that_ends_leaves_the_pages_to_the_others) {
  auto other = std::make_unique<SimUser>(machine);
  sim::show(*other, *object, kBase, Access::ReadWrite);
  ASSERT_TRUE(other->write32(at(3), 78));
  other.reset();
  EXPECT_EQ(user.read32(at(3)).value(), 78u);
  evict_all();
  EXPECT_EQ(stored(3), 78u);
}

TEST_F(StoreStory, R15_an_object_ends_when_its_last_page_has_been_written) {
  StoreObject* const brief = StoreObject::create(machine, 4, store);
  auto viewer = std::make_unique<SimUser>(machine);
  sim::show(*viewer, *brief, kBase, Access::ReadWrite);
  brief->release();
  ASSERT_TRUE(viewer->write32(kBase, 99));
  machine.scheduler.spawn([&] {
    machine.scheduler.sleep(store.latency / 2);
    viewer.reset();
    LockGuard guard(machine.manager.lock);
    EXPECT_EQ(brief->references(), 1u) << "the writer's";
  });
  evict_all();
  EXPECT_EQ(viewer, nullptr);
  EXPECT_EQ(stored(0), 99u);
  EXPECT_EQ(machine.frames.counts().used(mm::FrameUse::File), 0u);
}

}  // namespace
}  // namespace mobius
