// The figures of VmmStats: each fault is counted once, as major where its thread had to wait.
#include <gtest/gtest.h>

#include "sim/sim_image.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

constexpr VirtAddr kBase{0x400000};

class AccountingStory : public testing::Test {
 protected:
  AccountingStory() : image(sim::SimImage::create(machine, layout, file)) {
    EXPECT_TRUE(user.space().map_image(*image));
  }
  ~AccountingStory() override { image->release(); }
  mm::Stats stats() { return machine.stats(); }

  sim::SimMachine machine{{.frames = 1024}};
  mm::ImageLayout layout = sim::usual_layout();
  sim::SimFile file{machine.memory, machine.scheduler, 7, 6 * kPageSize};
  sim::SimImage* image;
  sim::SimUser user{machine};
};

TEST_F(AccountingStory, R12_a_fault_without_a_read_is_minor_and_one_with_a_read_is_major) {
  ASSERT_TRUE(user.read32(kBase + 0x6000));  // zeros
  EXPECT_EQ(stats().faults_minor, 1u);
  EXPECT_EQ(stats().faults_major, 0u);
  ASSERT_TRUE(user.read32(kBase + 0x4000));  // from the file
  ASSERT_TRUE(user.write32(kBase + 0x4000, 1));  // a copy of what is resident
  EXPECT_EQ(stats().faults_minor, 2u);
  EXPECT_EQ(stats().faults_major, 1u);
  EXPECT_EQ(stats().pages_in, 1u);
  EXPECT_EQ(stats().ios_in, 1u);
}

TEST_F(AccountingStory, R12_who_waits_for_anothers_read_has_a_major_fault_too) {
  for (int i = 0; i < 4; ++i) {
    machine.scheduler.spawn([&] { ASSERT_TRUE(user.read32(kBase + 0x2000)); });
  }
  EXPECT_EQ(machine.scheduler.run(), 0u);
  EXPECT_EQ(stats().faults_major, 4u);
  EXPECT_EQ(stats().faults_minor, 0u);
  EXPECT_EQ(stats().ios_in, 1u);
}

TEST_F(AccountingStory, R12_what_is_refused_or_fails_counts_as_neither) {
  EXPECT_FALSE(user.write32(kBase + 0x1000, 1));
  file.behaviour.fail_after = 0;
  EXPECT_FALSE(user.read32(kBase + 0x2000));
  EXPECT_EQ(stats().faults_minor + stats().faults_major + stats().pages_in, 0u);
}

}  // namespace
}  // namespace mobius
