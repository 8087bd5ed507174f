// What the pageout*.cpp files share.
#pragma once

#include "mm/pageout.h"

namespace mobius::mm {

inline VmObject* object_of(const FrameRecord& record) {
  return static_cast<VmObject*>(record.owner);
}

// Calls f(FrameRecord&, PageSlot&) for every resident page of the object, ascending.
template <typename F>
void for_each_resident(VmObject& object, F&& f) REQUIRES(memory_lock) {
  object.slots().for_each(0, object.pages(), [&](PageIndex, PageSlot& slot) REQUIRES(memory_lock) {
    if (slot.kind() == SlotKind::Resident) f(object.manager().frames.record(slot.frame()), slot);
  });
}

// The same for the same page whenever it comes and goes; every bit depends on all of object and
// index (the finalizer of MurmurHash3).
inline uint32_t identity_of(const FrameRecord& record) {
  const auto object = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(record.owner));
  uint32_t mixed = (object >> 4) * 0x9E3779B1u + record.index;
  mixed = (mixed ^ (mixed >> 16)) * 0x85EBCA6Bu;
  mixed = (mixed ^ (mixed >> 13)) * 0xC2B2AE35u;
  return mixed ^ (mixed >> 16);
}

}  // namespace mobius::mm
