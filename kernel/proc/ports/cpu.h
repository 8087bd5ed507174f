// Port: threads on the processor: their contexts, the switch between them, the wait for an
// interrupt. arch/i386/cpu.h implements it.
#pragma once

#include "mm/words/frame_request.h"
#include "proc/ports/user_maps.h"

namespace mobius::proc {

// What the architecture keeps of a thread: its kernel stack, and its registers while it does not
// run.
class CpuContext {
 protected:
  ~CpuContext() = default;
};

class Cpu {
 public:
  // Of the thread that runs from boot on.
  virtual CpuContext& boot_context() = 0;

  // A context whose first switch calls entry(argument), which never returns, on a kernel stack of
  // its own with a guard page under it, with a clean FPU, and with `map` loaded (null: with any).
  // The last stacks are for promised threads (processes/limits.h). Fails: OutOfFrames,
  // TooManyRunning.
  virtual Result<CpuContext*> make_context(mm::FrameClass who, UserMap* map, void (*entry)(void*),
                                           void* argument) = 0;
  virtual void free_context(CpuContext& context) = 0;  // Requires: no thread runs in it
  virtual uint32_t most_contexts() = 0;                // in use and free

  // Saves the running thread in `from`, continues `to`.
  virtual void switch_context(CpuContext& from, CpuContext& to) = 0;

  // Waits for an interrupt with interrupts on, returns with them off.
  virtual void wait_for_interrupt() = 0;
  // Takes the interrupts that are pending, without waiting for one; off again on return.
  virtual void let_interrupts_in() = 0;

 protected:
  ~Cpu() = default;
};

}  // namespace mobius::proc
