// SimStoredPages: what is on the medium of a simulated disk of pages, and which pages of it are not
// what was last written there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace mobius::sim {

class SimStoredPages {
 public:
  using Page = std::vector<std::byte>;

  // As it should be, or not at all, or the first half alone, or in place of another page.
  void write(uint64_t page, Page bytes);
  void lose(uint64_t page) { wrong_.insert(page); }
  void tear(uint64_t page, const Page& bytes);
  void misplace(uint64_t page, uint64_t other, Page bytes);

  // Null where nothing was ever written.
  const Page* find(uint64_t page) const;
  bool is_wrong(uint64_t page) const { return wrong_.contains(page); }

 private:
  std::map<uint64_t, Page> pages_;
  std::set<uint64_t> wrong_;
};

}  // namespace mobius::sim
