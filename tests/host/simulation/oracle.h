// Oracle: what one process must see: the rights and all bytes of each page, as flat tables without
// any notion of frames, slots or objects.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "base/units.h"

namespace mobius::simulation {

class Oracle {
 public:
  static constexpr uint32_t kZeros = UINT32_MAX;
  using Words = std::array<uint32_t, kPageSize / 4>;  // of a page
  struct Page {
    Access rights = Access::None;
    uint32_t origin = kZeros;  // offset in the EXE's file, where the page comes from it
    std::vector<uint32_t> written{};          // offsets of words, in the order of first writes
    std::unique_ptr<Words> contents{};        // null: nothing has been written
    bool promised = false;  // by VM_MEM_GUARANTEED
  };

  explicit Oracle(uint32_t signature) : signature_(signature) {}

  void add(VirtAddr base, PageCount pages, Access rights, uint32_t origin = kZeros);
  void drop(VirtAddr base, PageCount pages);
  void protect(VirtAddr base, PageCount pages, Access rights);
  // All pages of a block, and those that it gets later.
  void promise(VirtAddr base, PageCount pages);
  // Must be in RAM from now on, until they are unlocked, forgotten or dropped.
  void lock(VirtAddr base, PageCount pages);
  void unlock(VirtAddr base, PageCount pages);
  // Reads as zeros from now on.
  void forget(VirtAddr base, PageCount pages);
  // A block of `old_pages` at `from` is now one of `pages` at `to`; what is new has the rights of
  // its last page, and is promised if that is.
  void move(VirtAddr from, PageCount old_pages, VirtAddr to, PageCount pages);
  // Returns whether nothing had been written to the page.
  bool write(VirtAddr word, uint32_t value);

  Access rights(VirtAddr a) const;
  bool promised(VirtAddr a) const;
  // All words of the page that `a` is in. Requires: there is one.
  const Words& expected(VirtAddr a) const;
  // Pages that have been written to and are still there.
  uint32_t written_pages() const { return written_; }
  // Page numbers.
  const std::set<uint32_t>& locked() const { return locked_; }
  // By page number.
  std::map<uint32_t, Page>& pages() { return pages_; }

 private:
  const Words& contents(const Page& page) const;
  void clear(Page& page);

  const uint32_t signature_;
  std::map<uint32_t, Page> pages_;
  std::set<uint32_t> locked_;
  uint32_t written_ = 0;
};

}  // namespace mobius::simulation
