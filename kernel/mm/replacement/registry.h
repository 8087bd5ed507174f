// The policies by their names: what `policy=NAME` at boot and `scripts/policy-lab` choose from.
#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <string_view>

#include "base/assert.h"
#include "mm/replacement/policy.h"

namespace mobius::mm {

// The best by measurement (docs/policies.md).
inline constexpr std::string_view kDefaultPolicy = "duel";

// Bytes in which any policy fits, to be aligned to kPolicyAlignment.
inline constexpr size_t kPolicyStorage = 16 * 1024 * sizeof(void*);
inline constexpr size_t kPolicyAlignment = alignof(std::max_align_t);

// Makes the policy called `name` in `storage`, where it stays for good (policies have no destructor
// to call); null where no policy is called so. Before use: set_capacity.
// Requires: storage of kPolicyStorage bytes, aligned.
ReplacementPolicy* make_policy(std::string_view name, std::span<std::byte> storage);

// All names, the default among them.
std::span<const std::string_view> policy_names();

// For the policies' own files.
template <typename Policy>
ReplacementPolicy* make_policy_in(std::span<std::byte> storage) {
  static_assert(sizeof(Policy) <= kPolicyStorage && alignof(Policy) <= kPolicyAlignment);
  KASSERT(storage.size() >= sizeof(Policy));
  return new (storage.data()) Policy();
}

}  // namespace mobius::mm
