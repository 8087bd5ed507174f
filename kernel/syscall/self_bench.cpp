#include "syscall/calls.h"
namespace mobius::syscall::calls {
Result<uint32_t> SysBench(proc::System&, Words) { return Failure(Error::NotSupported); }
}
