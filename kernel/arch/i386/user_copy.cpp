// The copy itself is user_copy.asm: two string instructions, which a fault may interrupt and repeat
// at any element.
#include "arch/i386/user_copy.h"

#include "base/lock.h"

extern "C" {
// 0, or what fail_user_copy() put into EAX.
uint32_t user_copy(uint32_t to, uint32_t from, uint32_t bytes);
extern const char user_copy_begin[], user_copy_end[], user_copy_exit[];
}

namespace mobius::arch {

namespace {

Result<void> checked_copy(uint32_t to, uint32_t from, VirtAddr user, uint32_t bytes) {
  if (bytes == 0) return {};
  if (user.value < kUserBegin || user.value >= kUserEnd || bytes > kUserEnd - user.value)
    return Failure(Error::BadAddress);
  Lock::assert_no_lock_held();
  uint32_t failure = user_copy(to, from, bytes);
  if (failure != 0) [[unlikely]] return Failure(static_cast<Error>(failure - 1));
  return {};
}

}  // namespace

Result<void> UserCopy::read(void* to, VirtAddr from, uint32_t bytes) {
  return checked_copy(reinterpret_cast<uint32_t>(to), from.value, from, bytes);
}

Result<void> UserCopy::write(VirtAddr to, const void* from, uint32_t bytes) {
  return checked_copy(to.value, reinterpret_cast<uint32_t>(from), to, bytes);
}

bool is_user_copy(const TrapFrame& frame) {
  return frame.eip >= reinterpret_cast<uint32_t>(user_copy_begin) &&
         frame.eip < reinterpret_cast<uint32_t>(user_copy_end);
}

void fail_user_copy(TrapFrame& frame, Error reason) {
  frame.eip = reinterpret_cast<uint32_t>(user_copy_exit);
  frame.eax = static_cast<uint32_t>(reason) + 1;
}

}  // namespace mobius::arch
