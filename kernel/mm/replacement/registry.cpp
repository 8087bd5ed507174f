// The policies by their names, out of policies.def.
#include "mm/replacement/registry.h"

namespace mobius::mm {

#define POLICY(name, make) ReplacementPolicy* make(std::span<std::byte> storage);
#include "mm/replacement/policies.def"
#undef POLICY

namespace {

constexpr std::string_view kNames[] = {
#define POLICY(name, make) name,
#include "mm/replacement/policies.def"
#undef POLICY
};

constexpr ReplacementPolicy* (*kMakers[])(std::span<std::byte>) = {
#define POLICY(name, make) &make,
#include "mm/replacement/policies.def"
#undef POLICY
};

}  // namespace

ReplacementPolicy* make_policy(std::string_view name, std::span<std::byte> storage) {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return kMakers[i](storage);
  }
  return nullptr;
}

std::span<const std::string_view> policy_names() { return kNames; }

}  // namespace mobius::mm
