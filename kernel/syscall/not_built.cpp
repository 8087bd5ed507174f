// Calls that have a number but are not built yet: sharing, file views, locking. They give ENOSYS.
#include "syscall/calls.h"

namespace mobius::syscall::calls {

#define NOT_BUILT(name) \
  Result<uint32_t> name(proc::System&, Words) { return Failure(Error::NotSupported); }

NOT_BUILT(VmmMapSharedArea)
NOT_BUILT(VmmMapFile)
NOT_BUILT(VmmMapFileAt)
NOT_BUILT(VmmShare)
NOT_BUILT(VmmShareRights)
NOT_BUILT(VmmFlush)
NOT_BUILT(HndOpen)

#undef NOT_BUILT

}  // namespace mobius::syscall::calls
