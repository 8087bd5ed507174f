// Memory that several processes see (R07, R26): a block is offered, and others show its pages.
//
// All views show the same pages: what one writes, all read. The object belongs to nobody then. It
// stays as long as a region shows it or an offer is held.
#pragma once

#include <optional>

#include "mm/space/address_space.h"

namespace mobius::mm {

// A block that is offered, with the rights that its views may have at most. Who has one keeps it
// where it does not move; `object_ends` is told when no view is left and it is not held.
class SharedBlock : public ObjectOffer {
 public:
  // The block that the address is in, whole. `most`: rights; none: those that all its pages have.
  // Held from here on. Requires: offers nothing yet. Fails: BadArgument (no block from VmmAlloc),
  // NoAccess (more rights than the block has, or none).
  Result<void> offer(AddressSpace& space, VirtAddr address, std::optional<Access> most)
      EXCLUDES(memory_lock);
  // Whether the pages stay without a view. Requires: offers a block; hold: not held yet. let_go may
  // end the object, and with it this.
  void hold() EXCLUDES(memory_lock);
  void let_go() EXCLUDES(memory_lock);
  // Nobody is offered the block any more: let_go, and the object forgets this.
  void withdraw() EXCLUDES(memory_lock);

  // A view of it, of all its pages; base as in vmm_alloc. `most`: what VmmProtect may make of
  // `access`. Fails: NoAccess, OutOfAddressSpace, OutOfFrames, LimitReached (S1).
  Result<VirtAddr> map(AddressSpace& space, VirtAddr base, Access access, Access most)
      EXCLUDES(memory_lock);

  Access rights() const { return rights_; }

 protected:
  ~SharedBlock() = default;

 private:
  MemoryLock& lock() const { return object_->manager().lock; }
  VmObject* object_ = nullptr;
  Access rights_ = Access::None;
};

}  // namespace mobius::mm
