// A binary search in a table sorted by address.
#include "arch/i386/symbols.h"

#include <algorithm>

#include "arch/i386/memory_layout.h"

extern "C" const mobius::arch::Symbol kernel_symbols_begin[], kernel_symbols_end[];

namespace mobius::arch {

const Symbol* find_symbol(uint32_t address) {
  if (address < reinterpret_cast<uint32_t>(kernel_text_begin) ||
      address >= reinterpret_cast<uint32_t>(kernel_text_end))
    return nullptr;
  const Symbol* after =
      std::upper_bound(kernel_symbols_begin, kernel_symbols_end, address,
                       [](uint32_t a, const Symbol& s) { return a < s.address; });
  return after == kernel_symbols_begin ? nullptr : after - 1;
}

}  // namespace mobius::arch
