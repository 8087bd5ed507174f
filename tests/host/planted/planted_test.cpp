// The unchanged checker over code with a planted bug: every test_planted_* is this test and one
// source that is built with the bug in it (CMakeLists.txt; the bugs: tests/mutants.toml).
#include <gtest/gtest.h>

#include <cstdio>

#include "simulation/runner.h"

namespace mobius::simulation {
namespace {

TEST(Planted, R15_the_bug_is_found_by_the_first_thousand_seeds) {
  const Summary summary =
      run_seeds({.first = 1, .seeds = 1000, .most_failures = 1, .shrink_runs = 0});
  ASSERT_EQ(summary.failed, 1u) << "nothing is found in " << summary.seeds << " seeds";
  std::printf("found by seed %llu\n%s\n", static_cast<unsigned long long>(summary.seeds),
              summary.stories.c_str());
}

}  // namespace
}  // namespace mobius::simulation
