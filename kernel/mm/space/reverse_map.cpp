// What is seldom done to all that show a page (reverse_map.h).
#include "mm/space/reverse_map.h"

#include "mm/objects/residency.h"

namespace mobius::mm {

void let_go_of_locked(VmObject& object, PageIndex first, PageIndex end) {
  object.slots().for_each(first, end, [&](PageIndex page, PageSlot& slot) REQUIRES(memory_lock) {
    if (!slot.in_frame()) return;
    FrameRecord& record = object.manager().frames.record(slot.frame());
    if (!record.marks.has(PageMark::Locked) || is_locked(object, page)) return;
    object.manager().residency->unlock(record);
  });
}

}  // namespace mobius::mm
