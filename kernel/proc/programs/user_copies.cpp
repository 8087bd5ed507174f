// Strings from user memory: see user_copies.h.
#include "proc/programs/user_copies.h"

#include <algorithm>
#include <cstring>

namespace mobius::proc {

Result<uint32_t> copy_string_in(UserMemory& user, VirtAddr from, std::span<char> to) {
  // Small steps, and none across a page: what lies behind the string's end need not be readable.
  constexpr uint32_t kStep = 64;
  uint32_t length = 0;
  while (length < to.size()) {
    const VirtAddr at = from + length;
    const uint32_t step = std::min({static_cast<uint32_t>(to.size()) - length,
                                    kPageSize - at.page_offset(), kStep - at.value % kStep});
    TRY(user.read(&to[length], at, step));
    if (const void* end = std::memchr(&to[length], 0, step)) {
      return static_cast<uint32_t>(static_cast<const char*>(end) - to.data());
    }
    length += step;
  }
  return Failure(Error::NameTooLong);
}

}  // namespace mobius::proc
