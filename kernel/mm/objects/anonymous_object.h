// AnonymousObject: memory that starts as zeros, or as a private copy of its backing's pages.
#pragma once

#include "mm/objects/vm_object.h"

namespace mobius::mm {

class AnonymousObject final : public VmObject {
 public:
  // With a backing object, the two have the same number of pages. Fails: OutOfFrames.
  static Result<ObjectReference> create(MemoryManager& manager, PageCount pages,
                                        VmObject* backing = nullptr) REQUIRES(memory_lock);

  AnonymousObject(MemoryManager& manager, PageCount pages, VmObject* backing)
      : VmObject(manager, pages, FrameUse::Anonymous, backing) {}

 private:
  void destroy() override REQUIRES(memory_lock);
};

}  // namespace mobius::mm
