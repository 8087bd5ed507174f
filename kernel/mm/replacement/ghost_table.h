// GhostTable: the ghosts of sampled pages, by identity. Everything is inside the object.
#pragma once

#include <array>

#include "mm/words/policy_page.h"

namespace mobius::mm {

// A ghost as a page of one ghost set.
struct GhostSeat : PolicyPage {
  Shadow shadow = kNoShadow;
  bool accessed = false;
};

struct Ghost {
  GhostSeat recency, reuse;
  PolicyPage* real = nullptr;  // while the page is resident
  uint32_t identity = 0;
  uint16_t next = 0;           // in its chain
  bool used = false;
  bool ahead = false;  // counted as referenced when it was read ahead, not yet seen to be

  bool is_idle() const { return real == nullptr && recency.list == 0 && reuse.list == 0; }
};

class GhostTable {
 public:
  static constexpr unsigned kSize = 1400;
  static constexpr unsigned kChains = 16;
  static unsigned chain_of(uint32_t identity) { return identity >> 28; }

  GhostTable() { chains_.fill(kEnd); }
  GhostTable(const GhostTable&) = delete;

  std::array<Ghost, kSize>& all() { return ghosts_; }
  Ghost* find(uint32_t identity);
  // The ghost of a resident page, which is in that chain or nowhere; null: it has none.
  Ghost* find_of(const PolicyPage& real, unsigned chain);

  // The ghost to take for another page: one not in use, or else idle, or else any.
  Ghost& pick();
  // Requires: the ghost is not in use.
  void add(Ghost& ghost, uint32_t identity);
  // Requires: the ghost is in use, and in no set.
  void remove(Ghost& ghost);

 private:
  static constexpr uint16_t kEnd = 0xFFFF;

  uint16_t index_of(const Ghost& ghost) const {
    return static_cast<uint16_t>(&ghost - ghosts_.data());
  }

  std::array<Ghost, kSize> ghosts_;
  std::array<uint16_t, kChains> chains_;
  uint16_t pick_hand_ = 0;
};

}  // namespace mobius::mm
