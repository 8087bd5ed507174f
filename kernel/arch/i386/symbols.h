// The kernel's own symbol table: functions by address (boot/make_symbols.sh makes it).
#pragma once

#include <cstdint>

namespace mobius::arch {

struct Symbol {
  uint32_t address;
  const char* name;
};

// The function that `address` lies in; null where that is not code of the kernel.
const Symbol* find_symbol(uint32_t address);

}  // namespace mobius::arch
