// ArgumentBlock: argv and the environment of a program on their way to it.
//
// The strings lie one after another, each with its NUL, first the arguments, then the environment;
// kMaxBytes limits them together with their pointers. write() lays the block out at the top of the
// new main stack as abi/start.h says, running in the new process itself.
#pragma once

#include "mm/kernel_heap.h"
#include "proc/ports/cpu.h"

namespace mobius::proc {

class ArgumentBlock {
 public:
  static constexpr uint32_t kMaxBytes = 64 * 1024;

  explicit ArgumentBlock(mm::KernelHeap& heap) : heap_(heap) {}
  ArgumentBlock(const ArgumentBlock&) = delete;
  ~ArgumentBlock() { heap_.free(bytes_, capacity_); }

  enum class Part : uint8_t { Argument, Environment };

  // All arguments come before the environment. Fails: LimitReached, OutOfFrames.
  Result<void> add(Part part, std::string_view text);
  // A NULL-terminated array of strings in the running process. A null `array` is an empty one.
  // Fails: as add, and BadAddress, IoError.
  Result<void> add_user_array(Part part, Cpu& cpu, VirtAddr array);

  uint32_t arguments() const { return counts_[0]; }

  // Writes the block below `stack_top` in the running process; returns the first ESP.
  // Fails: BadAddress, OutOfFrames.
  Result<VirtAddr> write(Cpu& cpu, VirtAddr stack_top, uint32_t start_flags) const;

 private:
  Result<void> add_user_string(Part part, Cpu& cpu, VirtAddr from);
  Result<void> make_room(uint32_t bytes);
  void take(Part part, uint32_t bytes);
  Result<void> write_pointers(Cpu& cpu, VirtAddr to, VirtAddr strings) const;

  mm::KernelHeap& heap_;
  char* bytes_ = nullptr;
  uint32_t capacity_ = 0;
  uint32_t used_ = 0;
  uint32_t counts_[2] = {};  // by Part
};

}  // namespace mobius::proc
