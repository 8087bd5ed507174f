// What the pageout*.cpp files share.
#pragma once

#include "mm/pageout.h"

namespace mobius::mm {

inline VmObject* object_of(const FrameRecord& record) {
  return static_cast<VmObject*>(record.owner);
}

// The same for the same page whenever it comes and goes.
inline uint32_t identity_of(const FrameRecord& record) {
  const auto object = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(record.owner));
  const uint32_t mixed = (object >> 4) * 0x9E3779B1u + record.index * 0x85EBCA6Bu;
  return mixed ^ (mixed >> 15);
}

}  // namespace mobius::mm
