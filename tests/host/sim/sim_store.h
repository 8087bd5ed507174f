// SimStore: a kind of memory that the kernel does not have, with a slow store of its own; what
// docs/porting.md shows as the example of one. Its pages can be shown by any number of spaces, are
// modified in place, and go back to the store when they are evicted.
#pragma once

#include <array>
#include <cstring>
#include <map>
#include <set>

#include "mm/objects/vm_object.h"
#include "sim/sim_user.h"

namespace mobius::sim {

class StorePager final : public mm::Pager {
 public:
  explicit StorePager(SimMachine& machine) : machine_(machine) {}

  bool has(PageIndex page) const override { return pages.contains(page); }
  Result<void> transfer(mm::Transfer direction, mm::Place first,
                        std::span<const FrameNumber> frames) override {
    ++transfers;
    machine_.scheduler.sleep(latency);
    for (uint32_t i = 0; i < frames.size(); ++i) {
      if (bad_pages.contains(first.value + i)) return Failure(Error::IoError);
      std::byte* const frame = machine_.memory.hardware(frames[i]);
      auto& page = pages[first.value + i];
      if (direction == mm::Transfer::Read) {
        std::memcpy(frame, page.data(), kPageSize);
      } else {
        std::memcpy(page.data(), frame, kPageSize);
      }
    }
    return {};
  }

  std::map<PageIndex, std::array<std::byte, kPageSize>> pages;  // those that it has
  std::set<PageIndex> bad_pages;                                // every transfer of them fails
  uint64_t latency = 10;
  uint32_t transfers = 0;

 private:
  SimMachine& machine_;
};

class StoreObject final : public mm::VmObject {
 public:
  // The test's own reference; drop it with release().
  StoreObject(SimMachine& machine, PageCount pages, StorePager& store)
      : VmObject(machine.manager, pages, mm::FrameUse::File, store), machine_(machine) {}

  static StoreObject* create(SimMachine& machine, PageCount pages, StorePager& store) {
    LockGuard guard(machine.manager.lock);
    auto object = machine.heap.create<StoreObject>(machine, pages, store);
    KASSERT(object.has_value());
    return object->release();
  }
  void release() {
    LockGuard guard(machine_.manager.lock);
    drop_reference();
  }

 private:
  void destroy() override REQUIRES(memory_lock) { machine_.heap.destroy(this); }
  SimMachine& machine_;
};

// A region of `who` at `at` that shows the whole object, as a call that maps memory makes one.
inline void show(SimUser& who, mm::VmObject& object, VirtAddr at, Access access) {
  LockGuard guard(who.space().manager().lock);
  auto region = who.space().regions.make();
  KASSERT(region.has_value());
  mm::Region& shown = **region;
  shown.access = access;
  shown.block_base = at;
  object.add_reference();
  shown.attach(who.space(), mm::ObjectReference(&object));
  who.space().regions.insert(std::move(*region), VirtRange::of_pages(at, object.pages()));
}

}  // namespace mobius::sim
