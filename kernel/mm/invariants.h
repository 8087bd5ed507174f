// check_machine(): every invariant that spans structures, walked from the outside.
//
// Tests call it after every step of a random history; the shell's `check` runs it on the real
// machine. It only reads. A violation is a failed KASSERT, which names the line that says it.
#pragma once

#include "mm/space/address_space.h"

namespace mobius::mm {

// Cost: every page, frame record and region of the machine.
void check_machine(MemoryManager& manager) EXCLUDES(memory_lock);

}  // namespace mobius::mm
