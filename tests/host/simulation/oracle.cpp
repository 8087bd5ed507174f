// The flat truth of one process (oracle.h).
#include "simulation/oracle.h"

#include <algorithm>

#include "sim/sim_disk.h"

namespace mobius::simulation {

namespace {

// A page of the EXE's file. The lives of a run have it in common: to sign one takes long.
const Oracle::Words& page_of_file(uint32_t signature, uint32_t origin) {
  static std::map<std::pair<uint32_t, uint32_t>, Oracle::Words> pages;
  const auto [found, is_new] = pages.try_emplace({signature, origin});
  Oracle::Words& words = found->second;
  for (uint32_t i = 0; is_new && i < words.size(); ++i) {
    words[i] = sim::signed_word(signature, origin + i * 4);
  }
  return words;
}

}  // namespace

void Oracle::add(VirtAddr base, PageCount pages, Access rights, uint32_t origin) {
  for (PageIndex i = 0; i < pages; ++i) {
    const uint32_t from = origin == kZeros ? kZeros : origin + i * kPageSize;
    pages_[base.page_number() + i] = {.rights = rights, .origin = from};
  }
}

void Oracle::clear(Page& page) {
  if (page.contents != nullptr) --written_;
  page.written.clear();
  page.contents.reset();
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
}

void Oracle::move(VirtAddr from, PageCount old_pages, VirtAddr to, PageCount pages) {
  std::vector<Page> kept;
  std::vector<PageIndex> locked;
  for (PageIndex i = 0; i < std::min(old_pages, pages); ++i) {
    kept.push_back(std::move(pages_.at(from.page_number() + i)));
    if (kept.back().contents != nullptr) --written_;
    if (locked_.contains(from.page_number() + i)) locked.push_back(i);
  }
  const Page& last = pages_.at(from.page_number() + old_pages - 1);
  const Access rights = last.rights;
  const bool promised = last.promised;
  drop(from, old_pages);
  for (PageIndex i : locked) lock(pages_after(to, i), 1);
  for (PageIndex i = 0; i < pages; ++i) {
    Page& page = pages_[to.page_number() + i];
    page = i < kept.size() ? std::move(kept[i]) : Page{.rights = rights, .promised = promised};
    if (page.contents != nullptr) ++written_;
  }
}

bool Oracle::write(VirtAddr word, uint32_t value) {
  Page& page = pages_.at(word.page_number());
  const bool first = page.contents == nullptr;
  if (first) {
    page.contents = std::make_unique<Words>(contents(page));
    ++written_;
  }
  (*page.contents)[word.page_offset() / 4] = value;
  if (std::ranges::find(page.written, word.page_offset()) == page.written.end()) {
    page.written.push_back(word.page_offset());
  }
  return first;
}

Access Oracle::rights(VirtAddr a) const {
  const auto found = pages_.find(a.page_number());
  return found == pages_.end() ? Access::None : found->second.rights;
}

bool Oracle::promised(VirtAddr a) const {
  const auto found = pages_.find(a.page_number());
  return found != pages_.end() && found->second.promised;
}

const Oracle::Words& Oracle::contents(const Page& page) const {
  static constexpr Words kNothing{};
  if (page.contents != nullptr) return *page.contents;
  return page.origin == kZeros ? kNothing : page_of_file(signature_, page.origin);
}

const Oracle::Words& Oracle::expected(VirtAddr a) const {
  return contents(pages_.at(a.page_number()));
}

}  // namespace mobius::simulation
