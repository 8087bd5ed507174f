// Names, and what follows from a seed (plan.h).
#include "simulation/plan.h"

#include <iterator>

namespace mobius::simulation {

namespace {
constexpr std::string_view kFaultNames[] = {
    "none",      "read-errors", "write-errors", "torn",         "misdirected", "lost",  "full-swap",
    "both-full", "no-swap",     "shrinking",    "no-latency",   "long-latency", "file-errors",
    "mixed"};
static_assert(std::size(kFaultNames) == kFaultClasses);
constexpr std::string_view kKindNames[] = {
    "allocates", "frees",   "reads",  "writes",         "reads on",       "writes on",
    "protects",  "discards", "resizes", "uses its stack", "uses its image", "zeroes",
    "loses translations", "pauses", "is promised memory", "locks", "unlocks",
    "takes swap off", "puts swap on", "kills", "grows"};
static_assert(std::size(kKindNames) == kKinds);
}  // namespace

std::string_view name_of(Faults faults) { return kFaultNames[static_cast<unsigned>(faults)]; }
std::string_view name_of(Kind kind) { return kKindNames[static_cast<unsigned>(kind)]; }

std::optional<Faults> faults_named(std::string_view name) {
  for (unsigned i = 0; i < kFaultClasses; ++i) {
    if (kFaultNames[i] == name) return static_cast<Faults>(i);
  }
  return std::nullopt;
}

Plan plan_of(uint64_t seed) {
  Plan plan;
  plan.seed = seed;
  plan.faults = static_cast<Faults>(seed % kFaultClasses);
  plan.check_each = seed / kFaultClasses % (seed <= kThorough ? 2 : 32) == 0;
  return plan;
}

}  // namespace mobius::simulation
