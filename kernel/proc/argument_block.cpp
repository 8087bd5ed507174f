// The argument block: see argument_block.h.
#include "proc/argument_block.h"

#include <algorithm>
#include <cstring>

#include "abi/start.h"
#include "proc/user_memory.h"

namespace mobius::proc {
namespace {

constexpr uint32_t kPointerBytes = 4;
constexpr uint32_t kStartBytes = 16;

// struct mobius_start as the i386 program sees it, whatever machine this is compiled for.
struct UserStart {
  uint32_t argc, argv, envp, flags;
};
static_assert(sizeof(UserStart) == kStartBytes);
static_assert(sizeof(void*) != 4 || sizeof(UserStart) == sizeof(mobius_start));

// Pointers go out through a small buffer: one copy to the user for many of them.
class PointerWriter {
 public:
  PointerWriter(Cpu& cpu, VirtAddr to) : cpu_(cpu), to_(to) {}
  Result<void> add(uint32_t pointer) {
    words_[count_++] = pointer;
    return count_ == kWords ? flush() : Result<void>{};
  }
  Result<void> flush() {
    const uint32_t bytes = count_ * kPointerBytes;
    TRY(cpu_.copy_to_user(to_, words_, bytes));
    to_ = to_ + bytes;
    count_ = 0;
    return {};
  }

 private:
  static constexpr uint32_t kWords = 64;
  Cpu& cpu_;
  VirtAddr to_;
  uint32_t count_ = 0;
  uint32_t words_[kWords];
};

}  // namespace

Result<void> ArgumentBlock::make_room(uint32_t bytes) {
  const uint32_t pointers = (counts_[0] + counts_[1] + 1) * kPointerBytes;
  if (bytes > kMaxBytes || used_ + bytes + pointers > kMaxBytes) {
    return Failure(Error::LimitReached);
  }
  if (used_ + bytes <= capacity_) return {};
  uint32_t capacity = std::max(capacity_, kPageSize);
  while (capacity < used_ + bytes) capacity *= 2;
  auto* grown = static_cast<char*>(TRY(heap_.allocate(capacity)));
  if (used_ > 0) std::memcpy(grown, bytes_, used_);
  heap_.free(bytes_, capacity_);
  bytes_ = grown;
  capacity_ = capacity;
  return {};
}

void ArgumentBlock::take(Part part, uint32_t bytes) {
  KASSERT(part == Part::Environment || counts_[1] == 0);
  used_ += bytes;
  ++counts_[static_cast<unsigned>(part)];
}

Result<void> ArgumentBlock::add(Part part, std::string_view text) {
  const auto bytes = static_cast<uint32_t>(text.size() + 1);
  TRY(make_room(bytes));
  std::memcpy(bytes_ + used_, text.data(), text.size());
  bytes_[used_ + text.size()] = 0;
  take(part, bytes);
  return {};
}

Result<void> ArgumentBlock::add_user_string(Part part, Cpu& cpu, VirtAddr from) {
  constexpr uint32_t kStep = 256;
  uint32_t length = 0;  // so far, of a string that is copied piece by piece
  for (;;) {
    const uint32_t step = std::min(kStep, kPageSize - (from + length).page_offset());
    TRY(make_room(length + step));
    char* to = bytes_ + used_ + length;
    TRY(cpu.copy_from_user(to, from + length, step));
    if (const void* end = std::memchr(to, 0, step)) {
      take(part, length + static_cast<uint32_t>(static_cast<const char*>(end) - to) + 1);
      return {};
    }
    length += step;
  }
}

Result<void> ArgumentBlock::add_user_array(Part part, Cpu& cpu, VirtAddr array) {
  if (array.value == 0) return {};
  for (;; array = array + kPointerBytes) {
    const auto pointer = TRY(copy_in<uint32_t>(cpu, array));
    if (pointer == 0) return {};
    TRY(add_user_string(part, cpu, VirtAddr{pointer}));
  }
}

Result<void> ArgumentBlock::write_pointers(Cpu& cpu, VirtAddr to, VirtAddr strings) const {
  PointerWriter out(cpu, to);
  uint32_t at = 0;
  for (uint32_t count : counts_) {
    for (uint32_t i = 0; i < count; ++i) {
      TRY(out.add((strings + at).value));
      at += static_cast<uint32_t>(std::strlen(bytes_ + at)) + 1;
    }
    TRY(out.add(0));
  }
  return out.flush();
}

Result<VirtAddr> ArgumentBlock::write(Cpu& cpu, VirtAddr stack_top, uint32_t start_flags) const {
  const uint32_t pointers = (counts_[0] + 1 + counts_[1] + 1) * kPointerBytes;
  const VirtAddr strings{(stack_top.value - used_) & ~15u};
  const VirtAddr argv{(strings.value - pointers) & ~15u};
  const VirtAddr envp = argv + (counts_[0] + 1) * kPointerBytes;
  const VirtAddr start{argv.value - kStartBytes};
  if (used_ > 0) TRY(cpu.copy_to_user(strings, bytes_, used_));
  TRY(write_pointers(cpu, argv, strings));
  TRY(copy_out(cpu, start, UserStart{counts_[0], argv.value, envp.value, start_flags}));
  // The frame of a call of entry(start): [esp] = return address 0, esp + 4 a multiple of 16.
  const VirtAddr argument{start.value - 16};
  const VirtAddr esp{argument.value - 4};
  const uint32_t frame[2] = {0, start.value};
  TRY(copy_out(cpu, esp, frame));
  return esp;
}

}  // namespace mobius::proc
