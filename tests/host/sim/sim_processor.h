// SimProcessor: threads and time on a simulated machine: kernel stacks are fibers. What arch/i386
// does in assembly is retold here.
//
// There is no program text: where the kernel enters user mode, `user_code` runs instead. It calls
// syscall::dispatch() and touch(), and SimUserSide::return_to_user() after each, as trap.asm does;
// it never returns, and it may be left for ever in each of them, without destructors.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "proc/ports/cpu.h"
#include "proc/ports/cpu_clock.h"
#include "proc/ports/user_mode.h"
#include "sim/sim_fiber.h"
#include "sim/sim_machine.h"

namespace mobius::sim {

class SimProcessor final : public proc::Cpu, public proc::UserMode, public proc::CpuClock {
 public:
  static constexpr uint32_t kMaxStacks = 32;

  SimProcessor() : stacks_(kMaxStacks + 1) {}
  SimProcessor(const SimProcessor&) = delete;

  // Both before the first thread starts.
  void use(SimMachine& machine) { machine_ = &machine; }
  std::function<void(VirtAddr eip, VirtAddr esp)> user_code;
  // HLT: whatever an idle machine waits for happens here.
  std::function<void()> idle;

  // Makes `boot` run, on the boot stack, until it calls stop(); then goes on after start(). The
  // next call goes on after stop().
  void start(std::function<void()> boot);
  void stop();

  void advance(uint64_t ns) { now_ns_ += ns; }
  uint32_t stacks_in_use() const { return stacks_in_use_; }

  proc::CpuContext& boot_context() override { return stacks_[0]; }
  Result<proc::CpuContext*> make_context(mm::FrameClass who, proc::UserMap* map,
                                         void (*entry)(void*), void* argument) override;
  void free_context(proc::CpuContext& context) override;
  uint32_t most_contexts() override { return kMaxStacks; }
  void switch_context(proc::CpuContext& from, proc::CpuContext& to) override;
  void wait_for_interrupt() override { idle(); }
  void let_interrupts_in() override {}

  [[noreturn]] void enter(VirtAddr eip, VirtAddr esp) override;
  void set_tls(proc::CpuContext&, uint32_t) override {}
  bool has_fast_call() override { return false; }

  uint64_t now_ns() override { return now_ns_; }
  uint64_t timestamp() override { return ++ticks_; }
  uint64_t ticks_to_ns(uint64_t ticks) override { return ticks; }

 private:
  struct Stack final : proc::CpuContext {
    std::unique_ptr<SimFiber> fiber;   // made once, restarted for each thread
    FrameNumber frame = kNoFrame;      // what a real stack would cost; kNoFrame: not in use
    FrameNumber directory = kNoFrame;  // of its address space; kNoFrame: any
  };

  SimMachine* machine_ = nullptr;
  SimFiber outside_;
  std::vector<Stack> stacks_;  // [0] is the boot stack
  uint32_t stacks_in_use_ = 0;
  uint64_t now_ns_ = 0, ticks_ = 0;
};

}  // namespace mobius::sim
