// SimProcessor: the port proc::Cpu on a simulated machine: kernel stacks are fibers, user memory is
// reached through the simulated MMU. What arch/i386 does in assembly is retold here, fault for
// fault: copies that fault inside the kernel, user accesses whose fault ends the process.
//
// There is no program text: where the kernel enters user mode, `user_code` runs instead. It calls
// syscall::dispatch() and touch(), and return_to_user() after each, as trap.asm does; it never
// returns, and it may be left for ever in each of them, without destructors.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "proc/ports/cpu.h"
#include "sim/sim_fiber.h"
#include "sim/sim_machine.h"

namespace mobius::sim {

class SimProcessor final : public proc::Cpu {
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

  // For user code. A load or store of one byte; a fault that is not resolved ends the process.
  uint8_t load(VirtAddr from);
  void store(VirtAddr to, uint8_t value);
  void return_to_user();

  void advance(uint64_t ns) { now_ns_ += ns; }
  uint32_t stacks_in_use() const { return stacks_in_use_; }

  Result<uint32_t> make_kernel_stack(mm::Claim claim) override;
  uint32_t kernel_stacks() override { return kMaxStacks; }
  void free_kernel_stack(uint32_t top) override;
  void start_context(proc::CpuContext& context, uint32_t stack_top, void (*entry)(void*),
                     void* argument) override;
  void switch_context(proc::CpuContext& from, proc::CpuContext& to) override;
  [[noreturn]] void enter_user(VirtAddr eip, VirtAddr esp) override;
  void set_tls(proc::CpuContext& current, uint32_t base) override { current.tls_base = base; }
  bool has_sysenter() override { return false; }
  Result<proc::UserMap*> create_map(mm::Claim claim) override;
  uint32_t directory_of(proc::UserMap& map) override;
  void destroy_map(proc::UserMap& map) override;
  void wait_for_interrupt() override { idle(); }
  void let_interrupts_in() override {}
  uint64_t now_ns() override { return now_ns_; }
  uint64_t timestamp() override { return ++ticks_; }
  uint64_t ticks_to_ns(uint64_t ticks) override { return ticks; }
  Result<void> copy_from_user(void* to, VirtAddr from, uint32_t bytes) override;
  Result<void> copy_to_user(VirtAddr to, const void* from, uint32_t bytes) override;

 private:
  struct Stack {
    std::unique_ptr<SimFiber> fiber;  // made once, restarted for each thread
    FrameNumber frame = kNoFrame;     // what a real stack would cost; kNoFrame: not in use
  };
  std::byte* user_byte(VirtAddr a, MemoryAccess access);
  Result<void> copy(VirtAddr user, std::byte* kernel, uint32_t bytes, MemoryAccess access);

  SimMachine* machine_ = nullptr;
  SimFiber outside_;
  std::vector<Stack> stacks_;  // by "stack top"; [0] is the boot stack
  uint32_t stacks_in_use_ = 0;
  uint64_t now_ns_ = 0, ticks_ = 0;
};

}  // namespace mobius::sim
