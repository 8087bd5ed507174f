// Anonymous memory has nothing to read: its pages are zeros, or its backing's.
#include "mm/anonymous_object.h"

namespace mobius::mm {

Result<ObjectReference> AnonymousObject::create(MemoryManager& manager, PageCount pages,
                                                VmObject* backing) {
  KASSERT(backing == nullptr || backing->pages() == pages);
  auto object = TRY(manager.heap.create<AnonymousObject>(manager, pages, backing));
  return ObjectReference(object.release());
}

bool AnonymousObject::has_content(PageIndex) const { return false; }

Result<void> AnonymousObject::read_page(PageIndex, FrameNumber frame) {
  manager_.memory.zero(frame);
  return {};
}

void AnonymousObject::destroy() { manager_.heap.destroy(this); }

}  // namespace mobius::mm
