// The table of policies: one line each.
#include "mm/replacement/registry.h"

namespace mobius::mm {

// POLICY(name, what makes it; defined in the policy's own file)
#define MOBIUS_POLICIES(POLICY)           \
  POLICY("fifo", make_fifo)               \
  POLICY("clock", make_clock)             \
  POLICY("clock-grace", make_clock_grace) \
  POLICY("clock-pro", make_clock_pro)     \
  POLICY("duel", make_duel)               \
  POLICY("random", make_random)

#define DECLARE(name, make) ReplacementPolicy* make(std::span<std::byte> storage);
#define NAME(name, make) name,
#define MAKE(name, make) &make,
MOBIUS_POLICIES(DECLARE)

namespace {

constexpr std::string_view kNames[] = {MOBIUS_POLICIES(NAME)};
constexpr ReplacementPolicy* (*kMakers[])(std::span<std::byte>) = {MOBIUS_POLICIES(MAKE)};

}  // namespace

ReplacementPolicy* make_policy(std::string_view name, std::span<std::byte> storage) {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return kMakers[i](storage);
  }
  return nullptr;
}

std::span<const std::string_view> policy_names() { return kNames; }

}  // namespace mobius::mm
