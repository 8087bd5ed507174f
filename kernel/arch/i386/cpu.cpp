// Threads on one processor: their registers and stacks.
//
// FPU and SSE registers are switched eagerly: nothing of one thread is ever in them while another
// runs, and no trap is needed to find out (D2).
#include "arch/i386/cpu.h"

#include <cstring>

#include "arch/i386/descriptors.h"
#include "arch/i386/page_directories.h"
#include "arch/i386/registers.h"

extern "C" {
extern const char sysenter_entry[];
// switch.asm
void switch_stacks(uint32_t* save_esp, uint32_t new_esp);
void thread_start();
[[noreturn]] void enter_user_mode(uint32_t eip, uint32_t esp);
}

namespace mobius::arch {

namespace {

// SDM Vol. 2B, SYSENTER.
constexpr uint32_t kSysenterCs = 0x174, kSysenterEsp = 0x175, kSysenterEip = 0x176;

ThreadContext& of(proc::CpuContext& context) { return static_cast<ThreadContext&>(context); }

// On the new stack: what switch_stacks pops, then what thread_start finds (switch.asm).
void push_first_frame(ThreadContext& context, void (*entry)(void*), void* argument) {
  const uint32_t frame[] = {0, kThreadData, 0, 0, 0, 0, reinterpret_cast<uint32_t>(&thread_start),
                            reinterpret_cast<uint32_t>(entry), 0,
                            reinterpret_cast<uint32_t>(argument)};
  context.kernel_esp = context.kernel_stack_top - sizeof frame;
  std::memcpy(reinterpret_cast<void*>(context.kernel_esp), frame, sizeof frame);
}

}  // namespace

I386Cpu::I386Cpu(const CpuFeatures& features, mm::KernelHeap& heap, KernelStacks& stacks)
    : features_(features), heap_(heap), stacks_(stacks) {
  std::memset(clean_fpu_, 0, sizeof clean_fpu_);
  asm volatile("fninit");
  save_fpu(clean_fpu_);
  if (features_.fpu == FpuSwitch::Fsave) asm volatile("fninit");
  if (!features_.sep) return;
  write_msr(kSysenterCs, kKernelCode);
  write_msr(kSysenterEip, reinterpret_cast<uint32_t>(sysenter_entry));
}

void I386Cpu::save_fpu(unsigned char* image) const {
  auto& bytes = *reinterpret_cast<unsigned char(*)[512]>(image);
  if (features_.fpu != FpuSwitch::Fsave)
    asm volatile("fxsave %0" : "=m"(bytes));
  else
    asm volatile("fnsave %0; fwait" : "=m"(bytes));
}

void I386Cpu::restore_fpu(const unsigned char* image) const {
  auto& bytes = *reinterpret_cast<const unsigned char(*)[512]>(image);
  switch (features_.fpu) {
    [[likely]] case FpuSwitch::Fxsave:
      asm volatile("fxrstor %0" : : "m"(bytes));
      return;
    case FpuSwitch::FxsaveLessPointers:
      // FNINIT clears what FXRSTOR may leave alone.
      asm volatile("fninit; fxrstor %0" : : "m"(bytes));
      return;
    case FpuSwitch::Fsave:
      asm volatile("frstor %0" : : "m"(bytes));
      return;
  }
}

Result<proc::CpuContext*> I386Cpu::make_context(mm::FrameClass who, proc::UserMap* map,
                                                void (*entry)(void*), void* argument) {
  auto owned = TRY(heap_.create<ThreadContext>());
  ThreadContext& context = *owned;
  context.kernel_stack_top = TRY(stacks_.make(who));
  // From here on nothing fails.
  if (map != nullptr) context.directory = PageDirectories::address_of(*map);
  push_first_frame(context, entry, argument);
  std::memcpy(context.fpu, clean_fpu_, sizeof context.fpu);
  return owned.release();
}

void I386Cpu::free_context(proc::CpuContext& context) {
  stacks_.free(of(context).kernel_stack_top);
  heap_.destroy(&of(context));
}

void I386Cpu::switch_context(proc::CpuContext& from_context, proc::CpuContext& to_context) {
  ThreadContext& from = of(from_context);
  ThreadContext& to = of(to_context);
  save_fpu(from.fpu);
  restore_fpu(to.fpu);
  if (to.directory != 0 && to.directory != read_cr3()) write_cr3(to.directory);
  kernel_task.esp0 = to.kernel_stack_top;
  if (features_.sep) write_msr(kSysenterEsp, to.kernel_stack_top);
  if (to.tls_base != tls_base_) use_tls(to.tls_base);
  switch_stacks(&from.kernel_esp, to.kernel_esp);
}

void I386Cpu::use_tls(uint32_t base) {
  tls_base_ = base;
  set_thread_data_base(base);
}

void I386Cpu::enter(VirtAddr eip, VirtAddr esp) { enter_user_mode(eip.value, esp.value); }

void I386Cpu::set_tls(proc::CpuContext& current, uint32_t base) {
  of(current).tls_base = base;
  use_tls(base);
  // The processor looks at the descriptor when the selector is loaded: ours, whatever is in fs.
  asm volatile("mov %0, %%fs" : : "r"(uint32_t{kThreadData}) : "memory");
}

// STI takes effect after the instruction that follows it, so no interrupt comes before HLT, which
// would then wait for the next one.
void I386Cpu::wait_for_interrupt() { asm volatile("sti; hlt; cli" : : : "memory"); }

void I386Cpu::let_interrupts_in() { asm volatile("sti; nop; cli" : : : "memory"); }

}  // namespace mobius::arch
