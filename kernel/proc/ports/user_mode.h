// Port: the way from a kernel thread into its program. arch/i386/cpu.h implements it.
#pragma once

#include "base/units.h"

namespace mobius::proc {

class CpuContext;

class UserMode {
 public:
  // Leaves the kernel for the first time in this thread: all registers 0, flags clean.
  [[noreturn]] virtual void enter(VirtAddr eip, VirtAddr esp) = 0;
  // Where the running thread's own data lies. `current` is its context.
  virtual void set_tls(CpuContext& current, uint32_t base) = 0;
  // Whether programs may enter the kernel by the fast call (abi/sysenter.h).
  virtual bool has_fast_call() = 0;

 protected:
  ~UserMode() = default;
};

}  // namespace mobius::proc
