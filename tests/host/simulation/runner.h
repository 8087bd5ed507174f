// Runner: lives of many seeds in processes of their own, so that one that dies is only counted;
// what has failed is shrunk and told.
#pragma once

#include <string>

#include "simulation/world.h"

namespace mobius::simulation {

struct Summary {
  uint64_t seeds = 0, failed = 0;
  uint64_t hash = 0;  // of all event logs
  Counts counts;
  std::string stories;  // of the seeds that failed, shrunk
};

struct Wanted {
  uint64_t first = 1, seeds = 1;
  std::optional<Faults> faults{};  // none: as each seed has it
  uint32_t without = 0;            // as in Plan
  uint32_t most_failures = 3;      // then it ends
  uint32_t shrink_runs = 300;
  bool progress = false;           // on stderr
};

Summary run_seeds(const Wanted& wanted);

// One life in this process; the hash of its event log. Dies where something is wrong.
uint64_t run_life(const Plan& plan, Counts& counts);

}  // namespace mobius::simulation
