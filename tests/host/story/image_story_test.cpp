// Stories of an EXE: its pages come from the file one by one, are shared until written, and every
// thread that wants a page on its way waits for the one that is bringing it.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_image.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

using mm::PageState;
using sim::SimFile;
using sim::SimImage;
using sim::SimMachine;
using sim::SimUser;

constexpr VirtAddr kBase{0x400000};

class ImageStory : public testing::Test {
 protected:
  ImageStory() : image(SimImage::create(machine, layout, file)) {
    EXPECT_TRUE(user.space().map_image(*image));
  }
  ~ImageStory() override {
    mm::check_machine(machine.manager);
    image->release();
  }
  uint32_t file_word(uint32_t offset) { return sim::signed_word(7, offset); }

  SimMachine machine{{.frames = 1024}};
  mm::ImageLayout layout = sim::usual_layout();
  SimFile file{machine.memory, machine.scheduler, 7, 6 * kPageSize};
  SimImage* image;
  SimUser user{machine};
};

TEST_F(ImageStory, R16_only_touched_pages_are_read) {
  EXPECT_EQ(file.behaviour.reads, 0u);
  EXPECT_EQ(user.read32(kBase + 0x1010).value(), file_word(0x1010));
  EXPECT_EQ(user.read32(kBase + 0x5000).value(), file_word(0x5000));
  EXPECT_EQ(file.behaviour.reads, 2u);
  EXPECT_EQ(machine.stats().pages_in, 2u);
  EXPECT_EQ(user.state(kBase + 0x2000), PageState::Uncommitted);
  EXPECT_EQ(user.state(kBase + 0x1000), PageState::CommittedClean);
}

TEST_F(ImageStory, R17_bss_is_zeros_and_takes_no_read) {
  EXPECT_EQ(user.read32(kBase + 0x6000).value(), 0u);
  ASSERT_TRUE(user.write32(kBase + 0x7FFC, 3));
  EXPECT_EQ(user.read32(kBase + 0x7FFC).value(), 3u);
  EXPECT_EQ(file.behaviour.reads, 0u);
}

TEST_F(ImageStory, R16_two_processes_share_a_page_until_one_writes_it) {
  SimUser other(machine);
  ASSERT_TRUE(other.space().map_image(*image));
  ASSERT_EQ(user.read32(kBase + 0x4000).value(), file_word(0x4000));
  ASSERT_EQ(other.read32(kBase + 0x4000).value(), file_word(0x4000));
  EXPECT_EQ(file.behaviour.reads, 1u);
  EXPECT_EQ(user.map().find(kBase + 0x4000)->frame, other.map().find(kBase + 0x4000)->frame);
  ASSERT_TRUE(user.write32(kBase + 0x4004, 1));
  EXPECT_NE(user.map().find(kBase + 0x4000)->frame, other.map().find(kBase + 0x4000)->frame);
  EXPECT_EQ(user.read32(kBase + 0x4000).value(), file_word(0x4000));
  EXPECT_EQ(user.read32(kBase + 0x4004).value(), 1u);
  EXPECT_EQ(other.read32(kBase + 0x4004).value(), file_word(0x4004));
  EXPECT_EQ(user.state(kBase + 0x4000), PageState::CommittedDirty);
  EXPECT_EQ(other.state(kBase + 0x4000), PageState::CommittedClean);
  EXPECT_EQ(file.behaviour.reads, 1u);
}

TEST_F(ImageStory, R16_a_first_write_reads_the_page_and_copies_it) {
  ASSERT_TRUE(user.write32(kBase + 0x5008, 5));
  EXPECT_EQ(user.read32(kBase + 0x5004).value(), file_word(0x5004));
  EXPECT_EQ(user.read32(kBase + 0x5008).value(), 5u);
}

TEST_F(ImageStory, R19_code_and_constants_cannot_be_written) {
  EXPECT_FALSE(user.write32(kBase + 0x1000, 1));
  auto why = [&](uint32_t offset) {
    return mm::explain_fault(user.space(), {kBase + offset, mm::FaultAccess::Write}, false);
  };
  EXPECT_EQ(why(0x1000), mm::FaultReason::WriteToReadOnlyCode);
  EXPECT_EQ(why(0x3000), mm::FaultReason::WriteToReadOnlyData);
}

TEST_F(ImageStory, R25_an_image_is_no_block) {
  EXPECT_EQ(mm::vmm_free(user.space(), kBase + 0x4000).error(), Error::BadArgument);
  EXPECT_EQ(mm::vmm_unmap(user.space(), kBase + 0x4000).error(), Error::BadArgument);
  EXPECT_EQ(mm::vmm_discard(user.space(), kBase + 0x4000, 1).error(), Error::BadArgument);
}

TEST_F(ImageStory, R17_write_on_a_code_page_after_protect_means_copy_on_write) {
  ASSERT_TRUE(mm::vmm_protect(user.space(), kBase + 0x1000, 1, Access::ReadWrite));
  ASSERT_TRUE(user.write32(kBase + 0x1000, 0xC3));
  SimUser other(machine);
  ASSERT_TRUE(other.space().map_image(*image));
  EXPECT_EQ(other.read32(kBase + 0x1000).value(), file_word(0x1000));
}

TEST_F(ImageStory, R13_many_threads_that_want_a_page_on_its_way_read_it_once) {
  int got = 0;
  for (int i = 0; i < 8; ++i) {
    machine.scheduler.spawn([&] {
      EXPECT_EQ(user.read32(kBase + 0x2000).value(), file_word(0x2000));
      ++got;
    });
  }
  EXPECT_EQ(machine.scheduler.run(), 0u);
  EXPECT_EQ(got, 8);
  EXPECT_EQ(file.behaviour.reads, 1u);
}

TEST_F(ImageStory, R10_while_a_page_is_coming_in_it_counts_as_paged_out) {
  machine.scheduler.spawn([&] { ASSERT_TRUE(user.read32(kBase + 0x2000)); });
  bool seen = false;
  machine.scheduler.spawn([&] {
    while (file.behaviour.reads == 0 || file.behaviour.in_flight > 0) {
      if (file.behaviour.in_flight > 0) {
        EXPECT_EQ(user.state(kBase + 0x2000), PageState::InFile);
        mm::check_machine(machine.manager);
        seen = true;
      }
      machine.scheduler.sleep(1);
    }
  });
  EXPECT_EQ(machine.scheduler.run(), 0u);
  EXPECT_TRUE(seen);
  EXPECT_EQ(user.state(kBase + 0x2000), PageState::CommittedClean);
}

TEST_F(ImageStory, R13_a_read_error_faults_the_toucher_and_a_retry_works) {
  file.behaviour.fail_after = 0;
  uint32_t before = machine.frames.counts().free();
  EXPECT_FALSE(user.read32(kBase + 0x1000));
  EXPECT_EQ(user.last_outcome(), mm::FaultOutcome::IoError);
  EXPECT_GE(machine.frames.counts().free() + 2, before);  // at most slot bookkeeping is left
  EXPECT_EQ(user.read32(kBase + 0x1000).value(), file_word(0x1000));
}

TEST_F(ImageStory, D1_a_process_that_ends_while_its_page_is_coming_leaves_nothing_behind) {
  uint32_t before = machine.frames.counts().free();
  {
    auto other = std::make_unique<SimUser>(machine);
    ASSERT_TRUE(other->space().map_image(*image));
    machine.scheduler.spawn([&] {
      EXPECT_EQ(mm::resolve_fault(other->space(), {kBase + 0x2000, mm::FaultAccess::Read}),
                mm::FaultOutcome::NotAllowed);
    });
    machine.scheduler.spawn([&] {
      while (file.behaviour.in_flight == 0) machine.scheduler.sleep(1);
      LockGuard guard(machine.manager.lock);
      mm::Region* region = other->space().find(kBase + 0x2000);
      other->space().regions.erase(*region);
    });
    EXPECT_EQ(machine.scheduler.run(), 0u);
  }
  image->empty();
  EXPECT_GE(machine.frames.counts().free() + 3, before);  // slabs and the image's own slots
  mm::check_machine(machine.manager);
}

}  // namespace
}  // namespace mobius
