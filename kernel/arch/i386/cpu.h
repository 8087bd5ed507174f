// The processor, behind two ports of the process layer (proc/ports/cpu.h and user_mode.h have the
// contracts).
#pragma once

#include "arch/i386/cpu_features.h"
#include "arch/i386/kernel_stacks.h"
#include "mm/heap/kernel_heap.h"
#include "proc/ports/cpu.h"
#include "proc/ports/user_mode.h"

namespace mobius::arch {

// A thread that does not run: the registers that C++ keeps across a call lie on its kernel stack.
struct alignas(16) ThreadContext final : proc::CpuContext {
  unsigned char fpu[512];     // FXSAVE or FSAVE image
  uint32_t kernel_esp;
  uint32_t kernel_stack_top;  // goes into TSS.esp0 and the SYSENTER stack
  uint32_t tls_base;          // base of the fs segment in user mode
  uint32_t directory;         // CR3 of the thread's address space; 0: any (kernel thread)
};

class I386Cpu final : public proc::Cpu, public proc::UserMode {
 public:
  // All of it outlives the Cpu. Descriptors must be loaded. Sets SYSENTER up where there is one.
  I386Cpu(const CpuFeatures& features, mm::KernelHeap& heap, KernelStacks& stacks);
  I386Cpu(const I386Cpu&) = delete;

  proc::CpuContext& boot_context() override { return boot_; }
  Result<proc::CpuContext*> make_context(mm::FrameClass who, proc::UserMap* map,
                                         void (*entry)(void*), void* argument) override;
  void free_context(proc::CpuContext& context) override;
  uint32_t most_contexts() override { return stacks_.count(); }
  void switch_context(proc::CpuContext& from, proc::CpuContext& to) override;
  void wait_for_interrupt() override;
  void let_interrupts_in() override;

  [[noreturn]] void enter(VirtAddr eip, VirtAddr esp) override;
  void set_tls(proc::CpuContext& current, uint32_t base) override;
  bool has_fast_call() override { return features_.sep; }

 private:
  void use_tls(uint32_t base);
  void save_fpu(unsigned char* image) const;
  void restore_fpu(const unsigned char* image) const;

  const CpuFeatures features_;
  mm::KernelHeap& heap_;
  KernelStacks& stacks_;
  uint32_t tls_base_ = 0;  // what the GDT says
  ThreadContext boot_{};
  alignas(16) unsigned char clean_fpu_[512];
};

}  // namespace mobius::arch
