// A plain model of an address space: one entry a page, searched naively. It knows the calls'
// contracts and nothing of how the kernel keeps them.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "mm/calls/vmm.h"

namespace mobius::model {

// A small window of the user range, so that clashes are frequent and a page array is cheap.
class IntervalModel {
 public:
  struct Page {
    enum class What : uint8_t { Free, Reserved, Block } what = What::Free;
    uint32_t block = 0;        // its base, as an index; of a reservation: its base
    uint32_t reservation = 0;  // index + 1 of the reservation a block lies in, 0: none
    Access access = Access::None;
  };

  IntervalModel(VirtAddr begin, PageCount pages) : begin_(begin), pages_(pages) {}

  PageCount size() const { return static_cast<PageCount>(pages_.size()); }
  VirtAddr address(uint32_t index) const { return pages_after(begin_, index); }
  uint32_t index(VirtAddr a) const { return (a - begin_) >> kPageShift; }
  const Page& at(uint32_t index) const { return pages_[index]; }

  bool all(uint32_t first, uint32_t count, auto&& predicate) const {
    if (first + count > pages_.size()) return false;
    for (uint32_t i = first; i < first + count; ++i) {
      if (!predicate(pages_[i])) return false;
    }
    return true;
  }
  bool free(uint32_t first, uint32_t count) const {
    return all(first, count, [](const Page& p) { return p.what == Page::What::Free; });
  }

  // R24: where a block of `count` pages wanted at `wanted` must go.
  std::optional<uint32_t> place(uint32_t wanted, uint32_t count) const {
    for (uint32_t i = wanted; i + count <= pages_.size(); ++i) {
      if (free(i, count)) return i;
    }
    for (uint32_t i = size() - std::min(size(), count) + 1; i-- > 0;) {
      if (free(i, count)) return i;
    }
    return std::nullopt;
  }
  // Whether the range lies wholly in unused parts of one reservation.
  bool in_reservation(uint32_t first, uint32_t count) const {
    return all(first, count, [&](const Page& p) {
      return p.what == Page::What::Reserved && p.block == pages_[first].block;
    });
  }
  void fill(uint32_t first, uint32_t count, Page page) {
    for (uint32_t i = first; i < first + count; ++i) pages_[i] = page;
  }
  // First page and length of the block that `index` is in.
  std::pair<uint32_t, uint32_t> block_at(uint32_t index) const {
    uint32_t first = pages_[index].block;
    uint32_t end = index;
    while (end < size() && pages_[end].what == Page::What::Block && pages_[end].block == first) {
      ++end;
    }
    return {first, end - first};
  }
  bool is_block(uint32_t index) const { return pages_[index].what == Page::What::Block; }

  // R25: the block goes, back to its reservation if it had one.
  void free_block(uint32_t first, uint32_t count) {
    uint32_t reservation = pages_[first].reservation;
    if (reservation == 0) {
      fill(first, count, Page{});
    } else {
      fill(first, count, Page{Page::What::Reserved, reservation - 1, 0, Access::None});
    }
  }
  void protect(uint32_t first, uint32_t count, Access access) {
    for (uint32_t i = first; i < first + count; ++i) pages_[i].access = access;
  }
  bool reservation_has_blocks(uint32_t reservation) const {
    for (const Page& p : pages_) {
      if (p.what == Page::What::Block && p.reservation == reservation + 1) return true;
    }
    return false;
  }

 private:
  VirtAddr begin_;
  std::vector<Page> pages_;
};

}  // namespace mobius::model
