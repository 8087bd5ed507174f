// Region: a virtual range with one protection and one window into one VM object.
//
// What VmmAlloc returned (the user's "block") is one region, or several neighbours with the same
// `block_base` after VmmProtect gave parts of it other rights. Neighbours of one block with equal
// rights are always merged. A reservation's unused parts are regions of kind Reserved; blocks taken
// from it remember it in `reservation` and become part of it again when freed.
#pragma once

#include "mm/objects/vm_object.h"
#include "mm/ranges/region_set.h"

namespace mobius::mm {

// How pages come in from where their object has them: where the next major fault is if the program
// goes straight on, and how many pages are read at once while it does.
struct ReadAhead {
  PageIndex next = 0;
  uint32_t window = 1;
};

// VM_MEM_EAGER (fault_around.h): where the next first write is if the program goes straight on, and
// how many pages the last one committed at most. 0: the block is not eager.
struct FaultAround {
  PageIndex next = 0;
  uint32_t window = 0;
};

// Shared: a view of a block that was offered to others; for the one who offered it, it is a Block.
enum class RegionKind : uint8_t { Block, Reserved, Stack, Image, Shared };

// VmmLock: whether the pages that a region shows are locked; Coming: by a call that has not
// returned. A page is never evicted while a region with either shows it.
enum class Locking : uint8_t { None, Coming, Locked };

class AddressSpace;

struct Region : RegionNode, Link<ObjectViews> {
  Region() {}  // not defaulted: all of it would be zeroed first, and then initialised
  Region(const Region&) = delete;
  ~Region() { detach(); }

  RegionKind kind GUARDED_BY(memory_lock) = RegionKind::Block;
  Access access GUARDED_BY(memory_lock) = Access::None;
  Access max_access GUARDED_BY(memory_lock) = Access::ReadWrite;  // what `access` may become
  bool code GUARDED_BY(memory_lock) = false;  // of an image: for the words of a fault report
  Locking locking GUARDED_BY(memory_lock) = Locking::None;  // Regions::lock() sets it
  // Cut by split() at some time: its block may go on next to it.
  bool part GUARDED_BY(memory_lock) = false;
  VirtAddr block_base GUARDED_BY(memory_lock){0};  // Reserved: base of the reservation
  // Of a block: base of the reservation it was taken from.
  VirtAddr reservation GUARDED_BY(memory_lock){0};
  ObjectReference object GUARDED_BY(memory_lock);  // none in Reserved
  AddressSpace* space GUARDED_BY(memory_lock) = nullptr;  // with an object: the space that shows it
  PageIndex first_page GUARDED_BY(memory_lock) = 0;  // the object's page at range.begin
  // Indices in the object: each view goes its own way through it.
  ReadAhead read_ahead GUARDED_BY(memory_lock);
  FaultAround fault_around GUARDED_BY(memory_lock);

  bool eager() const REQUIRES(memory_lock) { return fault_around.window != 0; }

  // From now on the region is a view of `shown`, and the object knows it. An object that another
  // space shows, too, belongs to neither. Requires: the region has no object yet.
  void attach(AddressSpace& viewer, ObjectReference shown) REQUIRES(memory_lock) {
    object = std::move(shown);
    space = &viewer;
    List<Region, ObjectViews>& views = object.get()->views();
    if (!views.empty() && views.front()->space != &viewer) [[unlikely]] {
      object.get()->belong_to(object.get()->manager().of_nobody);
    }
    views.push_back(*this);
  }
  void detach() REQUIRES(memory_lock) {
    if (object.get() == nullptr) return;
    Link<ObjectViews>::unlink();
    if (object.get()->references() > 1) view_ends();
    object = ObjectReference();
  }

  bool is_view() const REQUIRES(memory_lock) {
    return kind == RegionKind::Block || kind == RegionKind::Shared;
  }

  PageIndex page_at(VirtAddr a) const REQUIRES(memory_lock) {
    return first_page + ((a - range.begin) >> kPageShift);
  }
  VirtAddr address_of(PageIndex page) const REQUIRES(memory_lock) {
    return pages_after(range.begin, page - first_page);
  }
  bool shows(PageIndex page) const REQUIRES(memory_lock) {
    return page - first_page < range.size_pages();
  }

  // What user mode may do there: the region's rights, but a stack's lowest page is its guard (D4).
  Access access_at(VirtAddr a) const REQUIRES(memory_lock) {
    bool guard = kind == RegionKind::Stack && a - range.begin < kPageSize;
    return guard ? Access::None : access;
  }
  bool same_block(const Region& o) const REQUIRES(memory_lock) {
    return kind == o.kind && block_base == o.block_base;
  }
  // Which reservation this range belongs to; {0} if to none.
  VirtAddr owner_reservation() const REQUIRES(memory_lock) {
    return kind == RegionKind::Reserved ? block_base : reservation;
  }

 private:
  // Others go on with its object, or keep it for a while, longer than its address space.
  void view_ends() REQUIRES(memory_lock);
};

// An object that no process is offered any more, and one view alone shows, is that space's own.
void return_to_owner(VmObject& object) REQUIRES(memory_lock);

}  // namespace mobius::mm
