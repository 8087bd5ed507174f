// resolve_fault(): what the kernel does when the processor finds no (fitting) translation.
//
//   1 arch/i386/trap.asm            vector 14: save the frame
//   2 arch/i386/page_fault.cpp      CR2 + error code -> mm::PageFault
//   3 mm/fault/fault.cpp                  attempt(): find region, read slot, decide()
//   4 mm/fault/fault.cpp                  the action: a frame for the page, where it needs one
//   5 translation map               enter(page, frame, access)
//   6 page_fault.cpp                outcome -> resume | end the process | panic
#pragma once

#include <string_view>

#include "base/lock.h"
#include "base/units.h"

namespace mobius::mm {

class AddressSpace;

enum class FaultAccess : uint32_t { Read, Write };

struct PageFault {
  VirtAddr address;
  FaultAccess access;
};

enum class FaultOutcome : uint8_t {
  Resolved,     // repeat the access: it succeeds
  NotAllowed,   // no region, or its protection forbids it: explain_fault says which
  OutOfMemory,  // no frame for the page or what it needs
  IoError,      // the page cannot be read
};

// Makes the access possible or says why not. May sleep (a page may have to come from disk); while
// it does, anything may change, and it starts over.
// After Resolved, the access succeeds unless something changed again.
FaultOutcome resolve_fault(AddressSpace& space, PageFault fault) EXCLUDES(memory_lock);

// Why an access is not allowed, in the words of the report.
enum class FaultReason : uint8_t {
  NullRead,
  NullWrite,
  NullJump,
  KernelAddress,
  WriteToReadOnlyCode,
  WriteToReadOnlyData,
  NoAccess,
  StackOverflow,
  FreedBlock,
  Unmapped,
};

// `jump`: the address is the instruction's own (EIP == CR2). For outcomes NotAllowed.
FaultReason explain_fault(const AddressSpace& space, PageFault fault, bool jump)
    EXCLUDES(memory_lock);
std::string_view words_for(FaultReason reason);  // "null pointer read", ...

}  // namespace mobius::mm
