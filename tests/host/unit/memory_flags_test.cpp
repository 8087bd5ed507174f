// The bits of VmmAlloc and VmmProtect: which are known to which call, and what they become.
#include "syscall/memory_flags.h"

#include <gtest/gtest.h>

namespace mobius::syscall {
namespace {

using mm::Commit;
using mm::Storage;

constexpr uint32_t kReadWrite = VM_MEM_READ | VM_MEM_WRITE;

TEST(MemoryFlags, R21_bits_nobody_has_heard_of_are_refused) {
  constexpr uint32_t known =
      VM_MEM_USER | kReadWrite | VM_MEM_ZERO | VM_MEM_GUARANTEED | VM_MEM_EAGER;
  for (uint32_t bit = 0; bit < 32; ++bit) {
    if ((known >> bit & 1) != 0) continue;
    EXPECT_EQ(block_of_flags(kReadWrite | 1u << bit).error(), Error::BadArgument) << bit;
    EXPECT_EQ(access_of_flags(kReadWrite | 1u << bit).error(), Error::BadArgument) << bit;
  }
  EXPECT_TRUE(block_of_flags(known));
}

TEST(MemoryFlags, R20_protect_refuses_what_only_a_new_block_can_have) {
  for (uint32_t flags : {VM_MEM_GUARANTEED, VM_MEM_EAGER, VM_MEM_GUARANTEED | VM_MEM_EAGER}) {
    EXPECT_EQ(access_of_flags(VM_MEM_READ | flags).error(), Error::BadArgument);
  }
  EXPECT_EQ(access_of_flags(kReadWrite | VM_MEM_USER | VM_MEM_ZERO), Access::ReadWrite);
}

TEST(MemoryFlags, R20_write_implies_read) {
  EXPECT_EQ(access_of_flags(0), Access::None);
  EXPECT_EQ(access_of_flags(VM_MEM_READ), Access::Read);
  EXPECT_EQ(access_of_flags(VM_MEM_WRITE), Access::ReadWrite);
  EXPECT_EQ(block_of_flags(0)->access, Access::None);
  EXPECT_EQ(block_of_flags(VM_MEM_READ)->access, Access::Read);
  EXPECT_EQ(block_of_flags(VM_MEM_WRITE)->access, Access::ReadWrite);
}

TEST(MemoryFlags, D3_a_block_is_what_its_bits_say) {
  const auto plain = block_of_flags(kReadWrite), promised = block_of_flags(VM_MEM_GUARANTEED),
             eager = block_of_flags(VM_MEM_EAGER);
  EXPECT_TRUE(plain->storage == Storage::OnTouch && plain->commit == Commit::Touched);
  EXPECT_TRUE(promised->storage == Storage::Promised && promised->commit == Commit::Touched);
  EXPECT_TRUE(eager->storage == Storage::OnTouch && eager->commit == Commit::Around);
}

}  // namespace
}  // namespace mobius::syscall
