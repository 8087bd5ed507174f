// Result<T>: what can fail in correct code. TRY: pass a failure on to the caller.
//
// `Error` is the kernel's closed set of reasons; syscall/ turns it into errno values, and is the
// only place that does. Nothing in the kernel throws.
#pragma once

#include <expected>
#include <utility>

namespace mobius {

enum class Error : unsigned char {
  OutOfFrames,        // no physical page where one was needed
  OutOfAddressSpace,  // no gap of that size in the address space
  LimitReached,       // the process's own limit of memory (S1), not the machine's
  TooManyHandles,     // the process is at its limit of handles (S1)
  TooManyRunning,     // threads or processes (S1): some must end first
  BadArgument,        // a value no call accepts (size 0, unknown flag, misaligned, overflow)
  BadAddress,         // a user pointer that cannot be read or written
  NotFound,           // no such block, file, name
  NoSuchProcess,      // or thread
  Busy,               // cannot be done while something else uses it
  Exists,             // the name is taken
  NoAccess,           // rights do not allow it
  NotPermitted,       // needs a privilege that the process was not given
  BadImage,           // not an executable this system can load
  BadHandle,          // no such handle, or of another kind
  IoError,            // the device said no, after the retries
  NotADirectory,
  IsADirectory,
  ReadOnly,           // the file system cannot be written
  NameTooLong,
  ArgumentsTooLong,   // those of a program that is to start, with its environment
  NotSupported,       // a call or a feature that is not built yet
  NoChild,            // nothing to wait for
  WouldBlock,         // a futex whose word has changed
  TimedOut,
  Interrupted,        // the wait ended because the process is being killed
};

// A Result that is not looked at is a warning, and an error in our builds.
template <typename T = void>
struct [[nodiscard]] Result : std::expected<T, Error> {
  using std::expected<T, Error>::expected;
};

using Failure = std::unexpected<Error>;

}  // namespace mobius

// TRY(expr): the value of `expr` (a Result), or return its error from the enclosing function.
// A GNU statement expression: gcc and clang both have it.
#define TRY(...)                                                \
  ({                                                            \
    auto mobius_try_result = (__VA_ARGS__);                     \
    if (!mobius_try_result) [[unlikely]]                        \
      return ::mobius::Failure(mobius_try_result.error());      \
    ::mobius::try_value(std::move(mobius_try_result));          \
  })

namespace mobius {

template <typename T>
T try_value(Result<T>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace mobius
