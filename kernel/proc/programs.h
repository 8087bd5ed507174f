// Programs: EXEs of the volume as images; where the process layer meets the loader.
#pragma once

#include "mm/address_space.h"
#include "proc/ports/volume.h"

namespace mobius::proc {

struct Program {
  VirtAddr entry;
  uint32_t stack_reserve;  // bytes the EXE asks for
};

class Programs {
 public:
  Programs(mm::MemoryManager& memory, Volume& volume) : memory_(memory), volume_(volume) {}
  Programs(const Programs&) = delete;

  // Maps the EXE into an empty address space; no page of it is read yet but its headers. Sleeps.
  // Fails: BadImage, NotSupported, IoError, OutOfFrames, OutOfAddressSpace, LimitReached.
  Result<Program> load(const VolumeNode& node, mm::AddressSpace& space);

 private:
  mm::MemoryManager& memory_;
  Volume& volume_;
};

}  // namespace mobius::proc
