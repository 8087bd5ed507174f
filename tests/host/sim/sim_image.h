// SimImage: an image object over a signed file, as the loader would make one from an EXE.
#pragma once

#include "mm/objects/image_object.h"
#include "sim/sim_disk.h"
#include "sim/sim_machine.h"

namespace mobius::sim {

class SimImage final : public mm::ImageObject {
 public:
  // The test's own reference; drop it with release().
  SimImage(SimMachine& machine, const mm::ImageLayout& layout, SimFile& file)
      : ImageObject(machine.manager, layout, file), machine_(machine) {}

  static SimImage* create(SimMachine& machine, const mm::ImageLayout& layout, SimFile& file) {
    LockGuard guard(machine.manager.lock);
    auto image = machine.heap.create<SimImage>(machine, layout, file);
    KASSERT(image.has_value());
    return image->release();
  }
  void release() {
    LockGuard guard(machine_.manager.lock);
    drop_reference();
  }
  // Its pages are forgotten.
  void empty() {
    LockGuard guard(machine_.manager.lock);
    empty_slots(0, pages());
  }
  uint32_t holders() {
    LockGuard guard(machine_.manager.lock);
    return references();
  }

 private:
  void destroy() override REQUIRES(memory_lock) { machine_.heap.destroy(this); }
  SimMachine& machine_;
};

// base 0x400000: page 0 headers (read), 1-2 code, 3 read-only data, 4-5 data, 6-7 bss; an EXE of
// the usual shape whose file has its pages one after the other.
inline mm::ImageLayout usual_layout() {
  mm::ImageLayout layout{};
  layout.base = VirtAddr{0x400000};
  layout.pages = 8;
  layout.entry = VirtAddr{0x401000};
  layout.pieces[0] = {0, 0, 6 * kPageSize};
  layout.piece_count = 1;
  layout.sections[0] = {0, 1, Access::Read, false};
  layout.sections[1] = {1, 2, Access::Read, true};
  layout.sections[2] = {3, 1, Access::Read, false};
  layout.sections[3] = {4, 4, Access::ReadWrite, false};
  layout.section_count = 4;
  return layout;
}

}  // namespace mobius::sim
