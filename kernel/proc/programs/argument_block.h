// ArgumentBlock: argv and the environment of a program on their way to it.
//
// The strings lie one after another, each with its NUL, first the arguments, then the environment,
// in pieces of a page that never move: what has been filled, a half string included, is filled_
// bytes, and the block grows by one more piece. write() lays them out at the top of the new main
// stack as abi/start.h says, running in the new process itself.
#pragma once

#include <array>
#include <span>

#include "mm/heap/kernel_heap.h"
#include "mm/words/waiting.h"
#include "proc/ports/user_memory.h"

namespace mobius::proc {

class ArgumentBlock {
 public:
  // Of all strings, each with its NUL and one pointer.
  static constexpr uint32_t kMaxBytes = 64 * 1024;

  // Between steps of many strings `waiting` lets others run.
  ArgumentBlock(mm::KernelHeap& heap, mm::Waiting& waiting) : heap_(heap), waiting_(waiting) {}
  ArgumentBlock(const ArgumentBlock&) = delete;
  ~ArgumentBlock();

  enum class Part : uint8_t { Argument, Environment };

  // All arguments come before the environment. A string that fails leaves the block as it was.
  // Fails: ArgumentsTooLong, BadArgument (a NUL in the text), OutOfFrames.
  Result<void> add(Part part, std::string_view text);
  // A NULL-terminated array of strings in the running process. A null `array` is an empty one.
  // Fails: ArgumentsTooLong, OutOfFrames, BadAddress, IoError; strings before the bad one stay.
  Result<void> add_user_array(Part part, UserMemory& user, VirtAddr array);

  uint32_t arguments() const { return counts_[0]; }

  // Writes the block below `stack_top` in the running process; returns the first ESP.
  // Fails: BadAddress, OutOfFrames.
  Result<VirtAddr> write(UserMemory& user, VirtAddr stack_top, uint32_t start_flags) const;

 private:
  static constexpr uint32_t kPieceBytes = kPageSize;

  uint32_t strings() const { return counts_[0] + counts_[1]; }
  Result<std::span<char>> room();
  Result<void> append(std::string_view text);
  Result<void> append_user_string(UserMemory& user, VirtAddr from);
  Result<void> end_string(Part part, uint32_t begin, Result<void> appended);
  std::span<const char> filled_from(uint32_t at) const;
  uint32_t after_string(uint32_t at) const;
  Result<void> write_strings(UserMemory& user, VirtAddr to) const;
  Result<void> write_pointers(UserMemory& user, VirtAddr to, VirtAddr text) const;

  mm::KernelHeap& heap_;
  mm::Waiting& waiting_;
  std::array<char*, kMaxBytes / kPieceBytes> pieces_{};
  uint32_t filled_ = 0;
  uint32_t counts_[2] = {};  // by Part: of whole strings
};

}  // namespace mobius::proc
