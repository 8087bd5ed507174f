// The dispatch: see dispatch.h.
#include "syscall/dispatch.h"

#include <algorithm>
#include <array>

#include "abi/errno_values.h"
#include "mm/paging/frame_wait.h"
#include "syscall/calls.h"

namespace mobius::syscall {
namespace {

struct Call {
  Handler handler;
  uint32_t bytes;
};

constexpr Call kCalls[] = {
    {nullptr, 0},  // number 0 in kIndex: no such call
#define SYSCALL(number, name, bytes, result) {calls::name, bytes},
#include "abi/syscalls.def"
#undef SYSCALL
};

constexpr uint32_t kNumbers[] = {
    0,
#define SYSCALL(number, name, bytes, result) number,
#include "abi/syscalls.def"
#undef SYSCALL
};

constexpr uint32_t kLastNumber = *std::max_element(std::begin(kNumbers), std::end(kNumbers));
constexpr uint32_t kMaxArgumentBytes = 24;
static_assert(std::size(kCalls) < 256);
static_assert(std::all_of(std::begin(kCalls), std::end(kCalls), [](const Call& call) {
  return call.bytes <= kMaxArgumentBytes && call.bytes % 4 == 0;
}));

// From a call's number to its place in kCalls, 0 for numbers that are none.
constexpr auto kIndex = [] {
  std::array<uint8_t, kLastNumber + 1> index{};
  for (size_t i = 1; i < std::size(kNumbers); ++i) index[kNumbers[i]] = static_cast<uint8_t>(i);
  return index;
}();

// The memory calls wait for frames themselves (mm/calls/vmm.h) and are not made again here.
constexpr uint32_t kFirstMemoryCall = 0x500, kLastMemoryCall = 0x511;

// A call that fails has changed nothing, so it can be made again.
[[gnu::noinline]] Result<uint32_t> try_again(proc::System& system, const Call& call,
                                             const uint32_t* words) {
  return mm::retry_for_frames(system.memory, [&]() -> Result<uint32_t> {
    if (system.thread().doomed) return Failure(Error::Interrupted);
    return call.handler(system, words);
  });
}

}  // namespace

proc::CallResult dispatch(uint32_t number, VirtAddr arguments, uint32_t bytes) {
  const uint32_t at = number <= kLastNumber ? kIndex[number] : 0;
  if (at == 0) [[unlikely]] return {0, ABI_ENOSYS};
  const Call& call = kCalls[at];
  if (bytes != call.bytes) [[unlikely]] return {0, ABI_EINVAL};
  proc::System& system = proc::the_system();
  uint32_t words[kMaxArgumentBytes / 4];
  if (bytes != 0) {
    const auto copied = system.user.read(words, arguments, bytes);
    if (!copied) [[unlikely]] return {0, errno_of(copied.error())};
  }
  Result<uint32_t> result = call.handler(system, words);
  if (result) [[likely]] return {*result, 0};
  const bool has_waited = number >= kFirstMemoryCall && number <= kLastMemoryCall;
  if (result.error() == Error::OutOfFrames && !has_waited) result = try_again(system, call, words);
  return result ? proc::CallResult{*result, 0} : proc::CallResult{0, errno_of(result.error())};
}

uint32_t errno_of(Error error) {
  switch (error) {
    case Error::OutOfFrames:
    case Error::OutOfAddressSpace:
    case Error::LimitReached: return ABI_ENOMEM;
    case Error::TooManyHandles: return ABI_EMFILE;
    case Error::TooManyRunning: return ABI_EAGAIN;
    case Error::BadArgument: return ABI_EINVAL;
    case Error::BadAddress: return ABI_EFAULT;
    case Error::NotFound: return ABI_ENOENT;
    case Error::NoSuchProcess: return ABI_ESRCH;
    case Error::Busy: return ABI_EBUSY;
    case Error::Exists: return ABI_EEXIST;
    case Error::NoAccess: return ABI_EACCES;
    case Error::NotPermitted: return ABI_EPERM;
    case Error::BadImage: return ABI_ENOEXEC;
    case Error::BadHandle: return ABI_EBADF;
    case Error::IoError: return ABI_EIO;
    case Error::NotADirectory: return ABI_ENOTDIR;
    case Error::IsADirectory: return ABI_EISDIR;
    case Error::ReadOnly: return ABI_EROFS;
    case Error::NameTooLong: return ABI_ENAMETOOLONG;
    case Error::ArgumentsTooLong: return ABI_E2BIG;
    case Error::NotSupported: return ABI_ENOSYS;
    case Error::NoChild: return ABI_ECHILD;
    case Error::WouldBlock: return ABI_EAGAIN;
    case Error::TimedOut: return ABI_ETIMEDOUT;
    case Error::Interrupted: return ABI_EINTR;
  }
  __builtin_unreachable();
}

}  // namespace mobius::syscall
