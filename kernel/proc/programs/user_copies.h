// Reading and writing the running process's memory with types, on top of its port.
//
// Everything is copied once, into the kernel, and looked at only there: what the program changes
// meanwhile in another thread is not seen. All of these may sleep. Locks: none held.
#pragma once

#include <span>
#include <type_traits>

#include "proc/ports/user_memory.h"

namespace mobius::proc {

// Fails: BadAddress, IoError, OutOfFrames.
template <typename T>
Result<T> copy_in(UserMemory& user, VirtAddr from) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  TRY(user.read(&value, from, sizeof value));
  return value;
}

// Every byte of a T is a part of its value: padding would take kernel memory along.
template <typename T>
Result<void> copy_out(UserMemory& user, VirtAddr to, const T& value) {
  static_assert(std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>);
  return user.write(to, &value, sizeof value);
}

// A string ended by NUL, with its NUL; returns its length without it. Fails: as copy_in, and
// NameTooLong where `to` is too small for it.
Result<uint32_t> copy_string_in(UserMemory& user, VirtAddr from, std::span<char> to);

}  // namespace mobius::proc
