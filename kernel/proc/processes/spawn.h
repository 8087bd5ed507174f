// Spawning: a new process from an EXE of the volume.
#pragma once

#include "proc/processes/system.h"
#include "proc/programs/argument_block.h"

namespace mobius::proc {

using Arguments = mm::KernelHeap::Owned<ArgumentBlock>;

struct SpawnRequest {
  std::string_view path;  // absolute
  Privileges privileges;  // which its parent has
  Arguments arguments;    // argv[0] included
  // Handles 1, 2, 3 of the new process; an empty one stays free.
  std::array<HandleTable::Entry, 3> files;
  Process* parent = nullptr;  // null: none (the init process)
};

// The pid; the program runs as soon as it is its turn. Sleeps. A failure leaves nothing behind.
// Fails: NotFound, NotADirectory, NoAccess (a directory), BadImage, NotSupported, IoError,
// NameTooLong, TooManyRunning, LimitReached, OutOfFrames, OutOfAddressSpace, Interrupted.
Result<uint32_t> spawn(System& system, SpawnRequest request);

}  // namespace mobius::proc
