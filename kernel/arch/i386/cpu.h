// The processor, behind the port of the process layer (proc/ports/cpu.h has the contracts).
#pragma once

#include "arch/i386/cpu_features.h"
#include "arch/i386/kernel_stacks.h"
#include "arch/i386/paging/page_tables.h"
#include "arch/i386/timer.h"
#include "mm/kernel_heap.h"
#include "proc/ports/cpu.h"

namespace mobius::arch {

class I386Cpu final : public proc::Cpu {
 public:
  // All of it outlives the Cpu. Descriptors must be loaded. Sets SYSENTER up where there is one.
  I386Cpu(const CpuFeatures& features, paging::PagingMachine machine, mm::KernelHeap& heap,
          KernelStacks& stacks, Timer& timer);
  I386Cpu(const I386Cpu&) = delete;

  Result<uint32_t> make_kernel_stack(mm::Claim claim) override { return stacks_.make(claim); }
  uint32_t kernel_stacks() override { return stacks_.count(); }
  void free_kernel_stack(uint32_t top) override { stacks_.free(top); }

  void start_context(proc::CpuContext& context, uint32_t stack_top, void (*entry)(void*),
                     void* argument) override;
  void switch_context(proc::CpuContext& from, proc::CpuContext& to) override;
  [[noreturn]] void enter_user(VirtAddr eip, VirtAddr esp) override;
  void set_tls(proc::CpuContext& current, uint32_t base) override;
  bool has_sysenter() override { return features_.sep; }

  Result<proc::UserMap*> create_map(mm::Claim claim) override;
  uint32_t directory_of(proc::UserMap& map) override;
  void destroy_map(proc::UserMap& map) override;

  void wait_for_interrupt() override;
  void let_interrupts_in() override;
  uint64_t now_ns() override { return timer_.now_ns(); }
  uint64_t timestamp() override { return timer_.timestamp(); }
  uint64_t ticks_to_ns(uint64_t ticks) override { return timer_.ticks_to_ns(ticks); }

  Result<void> copy_from_user(void* to, VirtAddr from, uint32_t bytes) override;
  Result<void> copy_to_user(VirtAddr to, const void* from, uint32_t bytes) override;

 private:
  void use_tls(uint32_t base);
  void save_fpu(unsigned char* image) const;
  void restore_fpu(const unsigned char* image) const;

  const CpuFeatures features_;
  const paging::PagingMachine machine_;
  mm::KernelHeap& heap_;
  KernelStacks& stacks_;
  Timer& timer_;
  uint32_t tls_base_ = 0;  // what the GDT says
  alignas(16) unsigned char clean_fpu_[512];
};

}  // namespace mobius::arch
