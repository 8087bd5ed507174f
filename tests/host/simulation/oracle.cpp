// The flat truth of one process (oracle.h).
#include "simulation/oracle.h"

#include <algorithm>

#include "sim/sim_disk.h"

namespace mobius::simulation {

void Oracle::add(VirtAddr base, PageCount pages, Access rights, uint32_t origin) {
  for (PageIndex i = 0; i < pages; ++i) {
    Page& page = pages_[base.page_number() + i];
    page = {rights, origin == kZeros ? kZeros : origin + i * kPageSize};
  }
}

void Oracle::clear(Page& page) {
  if (!page.words.empty()) --written_;
  page.words.clear();
}

void Oracle::drop(VirtAddr base, PageCount pages) {
  const auto first = pages_.lower_bound(base.page_number());
  const auto end = pages_.lower_bound(base.page_number() + pages);
  for (auto it = first; it != end; ++it) clear(it->second);
  unlock(base, pages);
  pages_.erase(first, end);
}

void Oracle::protect(VirtAddr base, PageCount pages, Access rights) {
  for (PageIndex i = 0; i < pages; ++i) pages_.at(base.page_number() + i).rights = rights;
}

void Oracle::promise(VirtAddr base, PageCount pages) {
  for (PageIndex i = 0; i < pages; ++i) pages_.at(base.page_number() + i).promised = true;
}

void Oracle::lock(VirtAddr base, PageCount pages) {
  for (PageIndex i = 0; i < pages; ++i) locked_.insert(base.page_number() + i);
}

void Oracle::unlock(VirtAddr base, PageCount pages) {
  locked_.erase(locked_.lower_bound(base.page_number()),
                locked_.lower_bound(base.page_number() + pages));
}

void Oracle::forget(VirtAddr base, PageCount pages) {
  for (PageIndex i = 0; i < pages; ++i) clear(pages_.at(base.page_number() + i));
  unlock(base, pages);
}

void Oracle::move(VirtAddr from, PageCount old_pages, VirtAddr to, PageCount pages) {
  std::vector<Page> kept;
  std::vector<PageIndex> locked;
  for (PageIndex i = 0; i < std::min(old_pages, pages); ++i) {
    kept.push_back(pages_.at(from.page_number() + i));
    if (locked_.contains(from.page_number() + i)) locked.push_back(i);
  }
  Page fresh;
  fresh.rights = pages_.at(from.page_number() + old_pages - 1).rights;
  fresh.promised = pages_.at(from.page_number() + old_pages - 1).promised;
  drop(from, old_pages);
  for (PageIndex i : locked) lock(pages_after(to, i), 1);
  for (PageIndex i = 0; i < pages; ++i) {
    Page& page = pages_[to.page_number() + i];
    page = i < kept.size() ? std::move(kept[i]) : fresh;
    if (!page.words.empty()) ++written_;
  }
}

void Oracle::write(VirtAddr word, uint32_t value) {
  Page& page = pages_.at(word.page_number());
  if (page.words.empty()) ++written_;
  for (auto& [offset, old] : page.words) {
    if (offset == word.page_offset()) {
      old = value;
      return;
    }
  }
  page.words.emplace_back(word.page_offset(), value);
}

Access Oracle::rights(VirtAddr a) const {
  const auto found = pages_.find(a.page_number());
  return found == pages_.end() ? Access::None : found->second.rights;
}

bool Oracle::promised(VirtAddr a) const {
  const auto found = pages_.find(a.page_number());
  return found != pages_.end() && found->second.promised;
}

uint32_t Oracle::original(const Page& page, uint32_t offset) const {
  return page.origin == kZeros ? 0 : sim::signed_word(signature_, page.origin + offset);
}

uint32_t Oracle::expected(VirtAddr word) const {
  const Page& page = pages_.at(word.page_number());
  for (const auto& [offset, value] : page.words) {
    if (offset == word.page_offset()) return value;
  }
  return original(page, word.page_offset());
}

std::vector<uint32_t> Oracle::expected_page(VirtAddr at) const {
  const Page& page = pages_.at(at.page_number());
  std::vector<uint32_t> words(kPageSize / 4);
  if (page.origin != kZeros) {
    for (uint32_t i = 0; i < words.size(); ++i) words[i] = original(page, i * 4);
  }
  for (const auto& [offset, value] : page.words) words[offset / 4] = value;
  return words;
}

}  // namespace mobius::simulation
