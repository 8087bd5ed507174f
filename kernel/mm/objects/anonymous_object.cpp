// Anonymous memory: made and ended.
#include "mm/objects/anonymous_object.h"

namespace mobius::mm {

Result<ObjectReference> AnonymousObject::create(MemoryManager& manager, PageCount pages,
                                                VmObject* backing) {
  KASSERT(backing == nullptr || backing->pages() == pages);
  auto object = TRY(manager.heap.create<AnonymousObject>(manager, pages, backing));
  return ObjectReference(object.release());
}

void AnonymousObject::destroy() { manager_.heap.destroy(this); }

}  // namespace mobius::mm
