// The VM_MEM_* bits of VmmAlloc and VmmProtect, parsed: the memory manager sees no bit. Pure.
#pragma once

#include "abi/vmm.h"
#include "mm/calls/vmm.h"

namespace mobius::syscall {

// The rights that the bits ask for. `others`: the bits beside rights that the call knows.
// Fails: BadArgument (any other bit).
constexpr Result<Access> access_of_flags(uint32_t flags, uint32_t others = 0) {
  constexpr uint32_t kAlways = VM_MEM_USER | VM_MEM_READ | VM_MEM_WRITE | VM_MEM_ZERO;
  if ((flags & ~(kAlways | others)) != 0) return Failure(Error::BadArgument);
  if ((flags & VM_MEM_WRITE) != 0) return Access::ReadWrite;
  return (flags & VM_MEM_READ) != 0 ? Access::Read : Access::None;
}

// What a new block is to be. Fails: BadArgument.
constexpr Result<mm::BlockOptions> block_of_flags(uint32_t flags) {
  const auto access = access_of_flags(flags, VM_MEM_GUARANTEED | VM_MEM_EAGER);
  if (!access) return Failure(access.error());
  return mm::BlockOptions{
      .access = *access,
      .storage = (flags & VM_MEM_GUARANTEED) != 0 ? mm::Storage::Promised : mm::Storage::OnTouch,
      .commit = (flags & VM_MEM_EAGER) != 0 ? mm::Commit::Around : mm::Commit::Touched};
}

}  // namespace mobius::syscall
