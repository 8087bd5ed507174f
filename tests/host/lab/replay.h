// Replays a reference string on a machine of so many frames, under a policy or under a rule that
// no kernel can have: exact LRU, and OPT (Belady), which knows the future.
#pragma once

#include <string>
#include <vector>

#include "lab/reference_string.h"

namespace mobius::lab {

struct Counts {
  uint64_t faults = 0;
  uint64_t first_touches = 0;    // of the faults: the page had never been referenced
  uint64_t dirty_evictions = 0;  // the page had been written since it came in
  uint64_t bit_tests = 0;        // questions to the Sampler

  uint64_t swap_ins() const { return faults - first_touches; }
  Counts operator+(const Counts& o) const {
    return {faults + o.faults, first_touches + o.first_touches,
            dirty_evictions + o.dirty_evictions, bit_tests + o.bit_tests};
  }
};
// One for each part of the string.
using Replay = std::vector<Counts>;
Counts total(const Replay& parts);

// Whether a replay has fewer faults than OPT's: then the lab is wrong, for nothing has.
bool beats_opt(const Replay& replay, const Replay& opt);

// Requires for all: frames > 0, a dense string.
Replay replay_lru(const ReferenceString& string, uint32_t frames);
Replay replay_opt(const ReferenceString& string, uint32_t frames);

// The policy's own object, as in the kernel, on a machine that sets accessed and dirty bits by
// references alone; the access that faulted is repeated and sets them too. Requires: a policy of
// that name.
Replay replay_policy(const ReferenceString& string, uint32_t frames, const std::string& policy);

}  // namespace mobius::lab
