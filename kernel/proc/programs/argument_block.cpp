// The argument block: see argument_block.h.
#include "proc/programs/argument_block.h"

#include <algorithm>
#include <cstring>

#include "abi/start.h"
#include "proc/programs/user_copies.h"

namespace mobius::proc {
namespace {

constexpr uint32_t kPointerBytes = 4;
constexpr uint32_t kStringsAStep = 128;  // some 100,000 instructions
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
  PointerWriter(UserMemory& user, VirtAddr to) : user_(user), to_(to) {}
  Result<void> add(uint32_t pointer) {
    words_[count_++] = pointer;
    return count_ == kWords ? flush() : Result<void>{};
  }
  Result<void> flush() {
    const uint32_t bytes = count_ * kPointerBytes;
    TRY(user_.write(to_, words_, bytes));
    to_ = to_ + bytes;
    count_ = 0;
    return {};
  }

 private:
  static constexpr uint32_t kWords = 64;
  UserMemory& user_;
  VirtAddr to_;
  uint32_t count_ = 0;
  uint32_t words_[kWords];
};

}  // namespace

ArgumentBlock::~ArgumentBlock() {
  for (char* piece : pieces_) heap_.free(piece, kPieceBytes);
}

// What may be filled next, at least one byte of it.
Result<std::span<char>> ArgumentBlock::room() {
  const uint32_t spent = filled_ + (strings() + 1) * kPointerBytes;
  if (spent >= kMaxBytes) return Failure(Error::ArgumentsTooLong);
  char*& piece = pieces_[filled_ / kPieceBytes];
  if (piece == nullptr) piece = static_cast<char*>(TRY(heap_.allocate(kPieceBytes)));
  const uint32_t at = filled_ % kPieceBytes;
  return std::span(piece + at, std::min(kPieceBytes - at, kMaxBytes - spent));
}

Result<void> ArgumentBlock::end_string(Part part, uint32_t begin, Result<void> appended) {
  if (appended) {
    ++counts_[static_cast<unsigned>(part)];
  } else {
    filled_ = begin;
  }
  return appended;
}

Result<void> ArgumentBlock::append(std::string_view text) {
  while (!text.empty()) {
    const auto to = TRY(room());
    const size_t bytes = std::min(to.size(), text.size());
    std::memcpy(to.data(), text.data(), bytes);
    filled_ += static_cast<uint32_t>(bytes);
    text.remove_prefix(bytes);
  }
  TRY(room())[0] = 0;
  ++filled_;
  return {};
}

Result<void> ArgumentBlock::add(Part part, std::string_view text) {
  KASSERT(part == Part::Environment || counts_[1] == 0);
  if (text.find('\0') != std::string_view::npos) return Failure(Error::BadArgument);
  const uint32_t begin = filled_;
  return end_string(part, begin, append(text));
}

Result<void> ArgumentBlock::append_user_string(UserMemory& user, VirtAddr from) {
  // Small steps, and none across a page: what lies behind the string's end need not be readable.
  constexpr uint32_t kStep = 256;
  for (;;) {
    const auto to = TRY(room());
    const uint32_t step =
        std::min({kStep, kPageSize - from.page_offset(), static_cast<uint32_t>(to.size())});
    TRY(user.read(to.data(), from, step));
    if (const void* end = std::memchr(to.data(), 0, step)) {
      filled_ += static_cast<uint32_t>(static_cast<const char*>(end) - to.data()) + 1;
      return {};
    }
    filled_ += step;
    from = from + step;
  }
}

Result<void> ArgumentBlock::add_user_array(Part part, UserMemory& user, VirtAddr array) {
  if (array.value == 0) return {};
  for (;; array = array + kPointerBytes) {
    const auto pointer = TRY(copy_in<uint32_t>(user, array));
    if (pointer == 0) return {};
    const uint32_t begin = filled_;
    TRY(end_string(part, begin, append_user_string(user, VirtAddr{pointer})));
    if (strings() % kStringsAStep == 0) waiting_.let_others_run();
  }
}

// The filled bytes from `at` on, as far as they lie in one piece.
std::span<const char> ArgumentBlock::filled_from(uint32_t at) const {
  const uint32_t in_piece = at % kPieceBytes;
  return {pieces_[at / kPieceBytes] + in_piece, std::min(kPieceBytes - in_piece, filled_ - at)};
}

uint32_t ArgumentBlock::after_string(uint32_t at) const {
  for (;;) {
    const auto bytes = filled_from(at);
    if (const void* end = std::memchr(bytes.data(), 0, bytes.size())) {
      return at + static_cast<uint32_t>(static_cast<const char*>(end) - bytes.data()) + 1;
    }
    at += static_cast<uint32_t>(bytes.size());
  }
}

Result<void> ArgumentBlock::write_strings(UserMemory& user, VirtAddr to) const {
  for (uint32_t at = 0; at < filled_;) {
    const auto bytes = filled_from(at);
    TRY(user.write(to + at, bytes.data(), static_cast<uint32_t>(bytes.size())));
    at += static_cast<uint32_t>(bytes.size());
  }
  return {};
}

Result<void> ArgumentBlock::write_pointers(UserMemory& user, VirtAddr to, VirtAddr text) const {
  PointerWriter out(user, to);
  uint32_t at = 0;
  for (uint32_t count : counts_) {
    for (uint32_t i = 0; i < count; ++i) {
      TRY(out.add((text + at).value));
      at = after_string(at);
      if (i % kStringsAStep == kStringsAStep - 1) waiting_.let_others_run();
    }
    TRY(out.add(0));
  }
  return out.flush();
}

Result<VirtAddr> ArgumentBlock::write(UserMemory& user, VirtAddr stack_top,
                                      uint32_t start_flags) const {
  const uint32_t pointers = (strings() + 2) * kPointerBytes;
  const VirtAddr text{(stack_top.value - filled_) & ~15u};
  const VirtAddr argv{(text.value - pointers) & ~15u};
  const VirtAddr envp = argv + (counts_[0] + 1) * kPointerBytes;
  const VirtAddr start{argv.value - kStartBytes};
  TRY(write_strings(user, text));
  TRY(write_pointers(user, argv, text));
  TRY(copy_out(user, start, UserStart{counts_[0], argv.value, envp.value, start_flags}));
  // The frame of a call of entry(start): [esp] = return address 0, esp + 4 a multiple of 16.
  const VirtAddr argument{start.value - 16};
  const VirtAddr esp{argument.value - 4};
  const uint32_t frame[2] = {0, start.value};
  TRY(copy_out(user, esp, frame));
  return esp;
}

}  // namespace mobius::proc
