// Reading and clearing accessed bits (accessed_bits.h).
#include "mm/space/accessed_bits.h"

#include "mm/objects/residency.h"
#include "mm/space/reverse_map.h"

namespace mobius::mm {

Use AccessedBits::use_of(const FrameRecord& record) {
  Use use = Use::NotShown;
  for_each_mapping(*object_of(record), record.index,
                   [&](AddressSpace&, VirtAddr, const Mapping& mapping) {
    const bool used = mapping.accessed || mapping.dirty || use == Use::Used;
    use = used ? Use::Used : Use::Unused;
  });
  return use;
}

bool AccessedBits::take_accessed(const FrameRecord& record) {
  bool accessed = false;
  for_each_view(*object_of(record), record.index,
                [&](AddressSpace& space, VirtAddr address) REQUIRES(memory_lock) {
    if (!space.map().take_accessed(address)) return;
    accessed = true;
    if (cleared_ != &space) flush();
    cleared_ = &space;
  });
  return accessed;
}

void AccessedBits::flush() {
  if (cleared_ != nullptr) cleared_->map().flush();
  cleared_ = nullptr;
}

}  // namespace mobius::mm
