// What a replacement policy keeps of a page: in its frame's record while the page is resident, in
// its slot while it is not.
#pragma once

#include <cstdint>

namespace mobius::mm {

// A page's place in the policy's order, inside its frame's record. While a page is the policy's,
// all of it is the policy's own; otherwise `list` is 0.
struct PolicyPage {
  PolicyPage* next = nullptr;
  PolicyPage* prev = nullptr;
  uint16_t stamp = 0;
  uint8_t list = 0;  // which of the policy's lists it is on; 0: none, the policy does not know it
  uint8_t bits = 0;
};

// What a policy wants to remember of a page that is gone: it lies in the page's slot and is handed
// back when the page returns. 0: never evicted.
using Shadow = uint16_t;
inline constexpr Shadow kNoShadow = 0;

}  // namespace mobius::mm
