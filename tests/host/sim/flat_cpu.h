// FlatCpu: the port proc::Cpu for parts that only copy: user memory is one array of bytes, all of
// it there, and nothing around it can be read or written. All else is an assertion.
#pragma once

#include <cstring>
#include <vector>

#include "proc/ports/cpu.h"

namespace mobius::sim {

class FlatCpu final : public proc::Cpu {
 public:
  static constexpr uint32_t kBegin = 0x400000;
  static constexpr uint32_t kBytes = 256 * 1024;

  FlatCpu() : bytes_(kBytes) {}

  // Where the host has a byte of user memory. Requires: it is there.
  char* at(VirtAddr a) {
    KASSERT(has(a, 1));
    return &bytes_[a.value - kBegin];
  }
  void fill(uint8_t value) { std::memset(bytes_.data(), value, bytes_.size()); }

  Result<void> copy_from_user(void* to, VirtAddr from, uint32_t bytes) override {
    if (!has(from, bytes)) return Failure(Error::BadAddress);
    std::memcpy(to, at(from), bytes);
    return {};
  }
  Result<void> copy_to_user(VirtAddr to, const void* from, uint32_t bytes) override {
    if (!has(to, bytes)) return Failure(Error::BadAddress);
    std::memcpy(at(to), from, bytes);
    return {};
  }

  Result<uint32_t> make_kernel_stack(mm::Claim) override { return unused<uint32_t>(); }
  uint32_t kernel_stacks() override { return 0; }
  void free_kernel_stack(uint32_t) override { unused(); }
  void start_context(proc::CpuContext&, uint32_t, void (*)(void*), void*) override { unused(); }
  void switch_context(proc::CpuContext&, proc::CpuContext&) override { unused(); }
  [[noreturn]] void enter_user(VirtAddr, VirtAddr) override { __builtin_trap(); }
  void set_tls(proc::CpuContext&, uint32_t) override { unused(); }
  bool has_sysenter() override { return unused<bool>(); }
  Result<proc::UserMap*> create_map(mm::Claim) override { return unused<proc::UserMap*>(); }
  uint32_t directory_of(proc::UserMap&) override { return unused<uint32_t>(); }
  void destroy_map(proc::UserMap&) override { unused(); }
  void wait_for_interrupt() override { unused(); }
  void let_interrupts_in() override { unused(); }
  uint64_t now_ns() override { return unused<uint64_t>(); }
  uint64_t timestamp() override { return unused<uint64_t>(); }
  uint64_t ticks_to_ns(uint64_t) override { return unused<uint64_t>(); }

 private:
  template <typename T = void>
  static T unused() {
    KASSERT(!"not a part of this machine");
    return T();
  }
  static bool has(VirtAddr a, uint32_t bytes) {
    return a.value >= kBegin && a.value - kBegin <= kBytes && bytes <= kBytes - (a.value - kBegin);
  }
  std::vector<char> bytes_;
};

}  // namespace mobius::sim
