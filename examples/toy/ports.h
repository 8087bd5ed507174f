// What the memory manager needs from outside (its ports), answered as simply as can be: RAM
// is a piece of the host's memory, the translation map a std::map, the disk a vector.
#pragma once

#include <map>
#include <vector>

#include "mm/words/frame_memory.h"
#include "mm/paging/paging.h"
#include "mm/space/translation_map.h"
#include "mm/swap/page_device.h"
#include "mm/words/waiting.h"

namespace toy {

using namespace mobius;

// FrameMemory: where the bytes of a frame are. All of them are in the direct map here.
class Ram final : public mm::FrameMemory {
 public:
  Ram(std::byte* bytes, uint32_t frames) : FrameMemory(bytes, FrameNumber{frames}) {}

 private:
  std::byte* open_window(unsigned, FrameNumber f) override { return direct(f); }
};

// TranslationMap: the page table of one address space. Entries need no frames here, so enter()
// cannot fail; on a real machine it takes the frame of a page table that is missing.
class Map final : public mm::TranslationMap {
 public:
  mm::Entered enter(VirtAddr page, FrameNumber frame, Access access, mm::FrameClass) override {
    const std::optional<mm::Mapping> old = unmap(page);
    entries_[page] = {frame, access, false, false};
    if (!old) return mm::Entered::New;
    return old->dirty ? mm::Entered::OverDirty : mm::Entered::OverClean;
  }
  mm::Offered enter_if_ready(VirtAddr page, FrameNumber frame, Access access) override {
    const bool taken = entries_.emplace(page, mm::Mapping{frame, access, false, false}).second;
    return taken ? mm::Offered::Taken : mm::Offered::Declined;
  }
  std::optional<mm::Mapping> unmap(VirtAddr page) override {
    const std::optional<mm::Mapping> old = find(page);
    entries_.erase(page);
    return old;
  }
  void unmap_range(VirtRange range, mm::MappingVisitor& visitor) override {
    auto it = entries_.lower_bound(range.begin);
    for (; it != entries_.end() && it->first < range.end; it = entries_.erase(it)) {
      visitor.visit(it->first, it->second);
    }
  }
  void protect(VirtAddr page, Access access) override { at(page)->access = access; }
  std::optional<mm::Mapping> find(VirtAddr page) const override {
    const auto it = entries_.find(page);
    return it == entries_.end() ? std::nullopt : std::optional(it->second);
  }
  // The two bits that a processor sets in an entry: what tells used pages from others.
  bool take_accessed(VirtAddr page) override {
    mm::Mapping* entry = at(page);
    return entry != nullptr && std::exchange(entry->accessed, false);
  }
  bool take_dirty(VirtAddr page) override {
    mm::Mapping* entry = at(page);
    return entry != nullptr && std::exchange(entry->dirty, false);
  }
  void flush() override {}  // there is no TLB: each access walks the map
  uint32_t table_frames() const override { return 0; }
  uint32_t mapped_pages() const override { return static_cast<uint32_t>(entries_.size()); }

  // The entry as the processor sees it; null where the page is not mapped.
  mm::Mapping* at(VirtAddr page) {
    const auto it = entries_.find(page);
    return it == entries_.end() ? nullptr : &it->second;
  }

 private:
  std::map<VirtAddr, mm::Mapping> entries_;
};

// PageDevice: the swap disk. It is done before transfer() returns, so nobody has to sleep.
class Disk final : public mm::PageDevice {
 public:
  Disk(Ram& ram, size_t pages) : ram_(ram), bytes_(pages * kPageSize) {}
  uint64_t page_count() const override { return bytes_.size() / kPageSize; }
  bool gone() const override { return false; }
  QueueLength queue_length() const override { return {}; }
  Result<void> transfer(mm::Transfer direction, uint64_t first,
                        std::span<const FrameNumber> frames) override {
    if (first + frames.size() > page_count()) return Failure(Error::BadArgument);
    std::byte* at = bytes_.data() + first * kPageSize;
    for (FrameNumber frame : frames) {
      if (direction == mm::Transfer::Read) {
        ram_.write({frame}, at);
      } else {
        ram_.read({frame}, at);
      }
      at += kPageSize;
    }
    (direction == mm::Transfer::Read ? read : written) += frames.size();
    return {};
  }
  size_t read = 0, written = 0;  // pages

 private:
  Ram& ram_;
  std::vector<std::byte> bytes_;
};

// Waiting: how a thread sleeps. There is one thread here: in place of a wait for memory it does
// the page daemon's work.
class OneThread final : public mm::Waiting {
 public:
  void wait_unguarded(const void*) override { evict_if_wanted(); }
  void wake(const void*) override {}
  void evict_if_wanted() {
    if (daemon != nullptr && daemon->wanted()) daemon->run_round();
  }
  mm::PageDaemon* daemon = nullptr;
};

}  // namespace toy
