// Stories of a machine where no page can be written out any more: who still finds a frame, what
// code keeps, and what it costs to find out that there is none.
#include "story/idle_and_hog.h"

namespace mobius {
namespace {

constexpr mm::BlockOptions kReadWrite{};

TEST(FullMemoryStory, D3_code_that_is_kept_is_not_read_again_and_again_for_a_hog) {
  IdleAndHog full(0, 0, 4);
  for (PageIndex page = 0; page < 4; ++page) ASSERT_TRUE(full.read_code(page));
  EXPECT_GT(full.grow_until_the_end(), 200u);
  EXPECT_EQ(full.images(), 4u);
  EXPECT_EQ(full.machine.frames.counts().free(), 0u);
  for (PageIndex page = 0; page < 4; ++page) EXPECT_TRUE(full.read_code(page));
  EXPECT_EQ(full.file.behaviour.reads, 4u);
}

TEST(FullMemoryStory, D3_images_that_have_more_than_is_kept_give_the_rest) {
  IdleAndHog full(0, 0, 2);
  for (PageIndex page = 0; page < 4; ++page) ASSERT_TRUE(full.read_code(page));
  full.grow_until_the_end();
  EXPECT_EQ(full.images(), 2u);
  EXPECT_EQ(full.machine.frames.counts().free(), 0u);
}

TEST(FullMemoryStory, D3_code_that_needs_a_frame_gets_one_of_other_code) {
  IdleAndHog full(0, 0, 3);
  for (PageIndex page = 0; page < 3; ++page) ASSERT_TRUE(full.read_code(page));
  full.grow_until_the_end();
  ASSERT_EQ(full.machine.frames.counts().free(), 0u);
  EXPECT_TRUE(full.read_code(3));
  EXPECT_EQ(full.file.behaviour.reads, 4u);
}

TEST(FullMemoryStory, D3_the_kernel_gets_a_frame_of_code_too) {
  IdleAndHog full(0, 0, 3);
  for (PageIndex page = 0; page < 3; ++page) ASSERT_TRUE(full.read_code(page));
  full.grow_until_the_end();
  ASSERT_EQ(full.machine.frames.counts().free(), 0u);
  unsigned blocks = 0;  // until the kernel's heap needs a frame
  while (full.images() == 3 && blocks < 1000 &&
         mm::vmm_alloc(full.idle.space(), 1, VirtAddr{0}, kReadWrite)) {
    ++blocks;
  }
  EXPECT_LT(full.images(), 3u);
}

TEST(FullMemoryStory, D3_who_was_promised_memory_gets_a_frame_of_code_too) {
  IdleAndHog full(0, 0, 3);
  for (PageIndex page = 0; page < 3; ++page) ASSERT_TRUE(full.read_code(page));
  full.grow_until_the_end();
  ASSERT_EQ(full.machine.frames.counts().free(), 0u);
  const VirtAddr block = mm::vmm_alloc(full.idle.space(), 1, VirtAddr{0}, kReadWrite).value();
  const sim::PromisedThread promised(full.machine.scheduler);
  EXPECT_TRUE(full.idle.write32(block, 1));
}

// Every page is looked at when the daemon is woken, and before the hog is ended: not for each page
// that it still gets.
TEST(FullMemoryStory, D3_that_memory_is_full_is_found_out_in_a_few_looks_at_each_page) {
  IdleAndHog full(0, 0, 4);
  for (PageIndex page = 0; page < 4; ++page) ASSERT_TRUE(full.read_code(page));
  const uint64_t got = full.grow_until_the_end();
  EXPECT_LT(full.machine.stats().bit_tests, 3 * got);
}

TEST(FullMemoryStory, D3_a_page_of_zeros_is_found_although_nothing_can_be_written) {
  IdleAndHog full(0, 0, 40);  // more than two batches
  const VirtAddr block = mm::vmm_alloc(full.idle.space(), 5, VirtAddr{0}, kReadWrite).value();
  for (PageIndex i = 0; i < 5; ++i) ASSERT_TRUE(full.idle.write32(pages_after(block, i), 1));
  for (PageIndex i = 0; i < 4; ++i) ASSERT_TRUE(full.idle.write32(pages_after(block, i), 0));
  full.grow_until_the_end();
  EXPECT_EQ(full.machine.stats().zero_pages_out, 4u);
  for (PageIndex i = 0; i < 4; ++i) EXPECT_EQ(full.idle.read32(pages_after(block, i)), 0u);
}

TEST(FullMemoryStory, D3_what_is_kept_for_code_is_for_no_copy_of_data) {
  IdleAndHog full(0, 0, 4);
  ASSERT_TRUE(full.read_code(4));
  full.grow_until_the_end();
  ASSERT_EQ(full.machine.frames.counts().free(), 3u);
  EXPECT_FALSE(full.idle.write32(pages_after(full.layout.base, 4), 1));
  EXPECT_EQ(full.machine.frames.counts().free(), 3u);
  EXPECT_TRUE(full.read_code(1));
}

TEST(FullMemoryStory, D3_a_full_disk_is_as_none) {
  IdleAndHog full(100, 0, 4);
  for (PageIndex page = 0; page < 4; ++page) ASSERT_TRUE(full.read_code(page));
  const uint64_t got = full.grow_until_the_end();
  EXPECT_GT(got, 300u);
  EXPECT_EQ(full.swap.swapped_pages(), 99u);  // all but one, which is kept for one that is bad
  EXPECT_LE(full.images(), 4u);
  EXPECT_EQ(full.machine.frames.counts().free(), 4u - full.images());
  EXPECT_LT(full.machine.stats().bit_tests, 5 * got);
}

}  // namespace
}  // namespace mobius
