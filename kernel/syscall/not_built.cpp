// Calls that have a number but are not built yet: file views. They give ENOSYS.
#include "syscall/calls.h"

namespace mobius::syscall::calls {

#define NOT_BUILT(name) \
  Result<uint32_t> name(proc::System&, Words) { return Failure(Error::NotSupported); }

NOT_BUILT(VmmMapFile)
NOT_BUILT(VmmMapFileAt)
NOT_BUILT(VmmFlush)

#undef NOT_BUILT

}  // namespace mobius::syscall::calls
