// The medium of a disk of pages (sim_stored_pages.h).
#include "sim/sim_stored_pages.h"

#include <cstring>

#include "base/units.h"

namespace mobius::sim {

void SimStoredPages::write(uint64_t page, Page bytes) {
  wrong_.erase(page);
  pages_[page] = std::move(bytes);
}

void SimStoredPages::tear(uint64_t page, const Page& bytes) {
  wrong_.insert(page);
  Page& there = pages_[page];
  there.resize(kPageSize);
  std::memcpy(there.data(), bytes.data(), kPageSize / 2);
}

void SimStoredPages::misplace(uint64_t page, uint64_t other, Page bytes) {
  wrong_.insert(page);
  wrong_.insert(other);
  pages_[other] = std::move(bytes);
}

const SimStoredPages::Page* SimStoredPages::find(uint64_t page) const {
  const auto found = pages_.find(page);
  return found == pages_.end() ? nullptr : &found->second;
}

}  // namespace mobius::sim
