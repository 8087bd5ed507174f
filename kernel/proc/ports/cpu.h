// Port: what the scheduler and the process layer need of the processor. arch/i386/cpu.cpp
// implements it.
#pragma once

#include "base/lock.h"
#include "base/result.h"
#include "base/units.h"
#include "mm/frame_request.h"
#include "mm/ports/translation_map.h"

namespace mobius::proc {

// The saved state of a thread that is not running: its kernel stack pointer (the callee-saved
// registers lie on that stack) and its FPU/SSE registers. Allocated with the thread, 16-aligned.
struct alignas(16) CpuContext {
  unsigned char fpu[512];   // FXSAVE or FSAVE image
  uint32_t kernel_esp;
  uint32_t kernel_stack_top;  // goes into TSS.esp0 and the SYSENTER stack
  uint32_t tls_base;          // base of the fs segment in user mode
  uint32_t directory;         // CR3 of the thread's address space; 0: any (kernel thread)
};

// One user half with its own page directory; destroyed by Cpu::destroy_map, when nothing is mapped.
using UserMap = mm::TranslationMap;

class Cpu {
 public:
  // A kernel stack with a guard page under it; the last ones are for promised threads (limits.h).
  // Its frames are asked for with `claim`.
  // Fails: OutOfFrames, TooManyRunning.
  virtual Result<uint32_t> make_kernel_stack(mm::Claim claim) = 0;  // its top
  virtual uint32_t kernel_stacks() = 0;                             // in use and free
  virtual void free_kernel_stack(uint32_t top) = 0;  // Requires: nobody runs on it

  // Sets `context` up so that the first switch to it calls entry(argument) on its own stack, with
  // a clean FPU. `entry` never returns.
  virtual void start_context(CpuContext& context, uint32_t stack_top, void (*entry)(void*),
                             void* argument) = 0;
  // Saves the running thread in `from`, continues `to`. Loads CR3 only where the directory differs.
  virtual void switch_context(CpuContext& from, CpuContext& to) = 0;

  // Leaves the kernel for the first time in this thread: all registers 0, flags clean.
  [[noreturn]] virtual void enter_user(VirtAddr eip, VirtAddr esp) = 0;
  virtual void set_tls(CpuContext& current, uint32_t base) = 0;
  virtual bool has_sysenter() = 0;  // programs may enter the kernel by it

  // A page directory, for which a frame is asked for with `claim`, and its object.
  virtual Result<UserMap*> create_map(mm::Claim claim) = 0;
  virtual uint32_t directory_of(UserMap& map) = 0;        // for CpuContext::directory
  // Requires: empty. Where it is still loaded (a kernel thread keeps the last user directory), the
  // kernel's own directory is loaded first.
  virtual void destroy_map(UserMap& map) = 0;

  // Waits for an interrupt with interrupts on, returns with them off.
  virtual void wait_for_interrupt() = 0;
  // Takes the interrupts that are pending, without waiting for one; off again on return.
  virtual void let_interrupts_in() = 0;
  virtual uint64_t now_ns() = 0;                          // monotonic, since boot
  virtual uint64_t timestamp() = 0;                       // TSC, 0 where there is none
  virtual uint64_t ticks_to_ns(uint64_t ticks) = 0;       // of the TSC

  // Copies between kernel and user memory, resolving faults on the way; sleeps where a page has to
  // come from disk. Fails: BadAddress, IoError, OutOfFrames.
  virtual Result<void> copy_from_user(void* to, VirtAddr from, uint32_t bytes)
      EXCLUDES(memory_lock) = 0;
  virtual Result<void> copy_to_user(VirtAddr to, const void* from, uint32_t bytes)
      EXCLUDES(memory_lock) = 0;

 protected:
  ~Cpu() = default;
};

}  // namespace mobius::proc
