// Stories of a swap device that somebody tries to take away while others starve for frames.
#include "mm/paging/swap_off.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

class SwapOffStarvingStory : public SwapRig {};

TEST_F(SwapOffStarvingStory, D3_it_is_not_begun_while_somebody_starves) {
  {
    const mm::Starved starved(machine.manager);
    mm::SwapOff off(swap.pager);
    EXPECT_EQ(off.begin().error(), Error::OutOfFrames);
  }
  EXPECT_EQ(swap.free_slots(), swap.total_slots());
  mm::SwapOff off(swap.pager);
  EXPECT_TRUE(off.begin());
}

TEST_F(SwapOffStarvingStory, D3_it_stays_on_where_somebody_starves_at_the_last_moment) {
  mm::SwapOff off(swap.pager);
  ASSERT_TRUE(off.begin());
  const mm::Starved starved(machine.manager);
  EXPECT_EQ(off.step().error(), Error::OutOfFrames);
  EXPECT_TRUE(swap.pager.on());
}

}  // namespace
}  // namespace mobius
