// Programs: EXEs of the volume as images; where the process layer meets the loader.
#pragma once

#include "mm/space/address_space.h"
#include "proc/ports/volume.h"

namespace mobius::loader {
class ExeLoader;
}

namespace mobius::proc {

struct Program {
  VirtAddr entry;
  uint32_t stack_reserve;  // bytes the EXE asks for
};

class Programs {
 public:
  Programs(mm::KernelHeap& heap, Volume& volume, loader::ExeLoader& loader)
      : heap_(heap), volume_(volume), loader_(loader) {}
  Programs(const Programs&) = delete;

  // Maps the EXE into an empty address space; no page of it is read yet but its headers. Sleeps.
  // Fails: BadImage, NotSupported, IoError, OutOfFrames, OutOfAddressSpace, LimitReached.
  Result<Program> load(const VolumeNode& node, mm::AddressSpace& space);

 private:
  mm::KernelHeap& heap_;
  Volume& volume_;
  loader::ExeLoader& loader_;
};

}  // namespace mobius::proc
