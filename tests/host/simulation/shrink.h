// shrink(): a plan that fails with as little in it as a bounded search finds.
#pragma once

#include <functional>
#include <string>

#include "simulation/plan.h"

namespace mobius::simulation {

// What a life says when it fails; empty: it does not.
using Fails = std::function<std::string(const Plan&)>;

// Fewer operations from the end, by bisection; then whole kinds left out; then single operations in
// ever smaller groups. Tries at most `runs` lives. Requires: `plan` fails.
Plan shrink(Plan plan, const Fails& fails, uint32_t runs);

}  // namespace mobius::simulation
