// Who is suspended when memory does not do for all.
#include "proc/load_control.h"

#include <gtest/gtest.h>

namespace mobius::proc {
namespace {

TEST(LoadControl, S1_the_biggest_of_those_that_came_after_the_oldest_is_suspended) {
  const Pager pagers[] = {{2, 900, 50}, {3, 100, 50}, {4, 400, 50}, {5, 300, 50}};
  EXPECT_EQ(biggest_newcomer(pagers), 4u);
}

TEST(LoadControl, S1_one_alone_goes_on) {
  const Pager one[] = {{2, 900, 50}};
  EXPECT_EQ(biggest_newcomer(one), 0u);
  EXPECT_EQ(biggest_newcomer({}), 0u);
}

TEST(LoadControl, S1_who_does_not_page_is_let_alone) {
  const Pager pagers[] = {{2, 10, 50}, {3, 5000, 0}, {4, 20, 1}};
  EXPECT_EQ(biggest_newcomer(pagers), 4u);
}

TEST(LoadControl, S1_the_shell_and_its_helpers_are_never_suspended) {
  const Pager pagers[] = {{1, 10, 50, true}, {2, 10, 50}, {3, 5000, 50, true}};
  EXPECT_EQ(biggest_newcomer(pagers), 0u);
}

TEST(LoadControl, S1_who_is_suspended_is_not_the_oldest_nor_chosen_again) {
  const Pager pagers[] = {{2, 10, 50, false, true}, {3, 50, 50}, {4, 20, 50}};
  EXPECT_EQ(biggest_newcomer(pagers), 4u);
}

}  // namespace
}  // namespace mobius::proc
