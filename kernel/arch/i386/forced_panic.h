// Panics on demand, for the tests of the panic screen: the kernel option `force-panic=KIND`.
#pragma once

#include <string_view>

namespace mobius::arch {

// assert, null-read, low-read, write-text, write-rodata, stack-overflow: does that, and so panics.
// Any other kind: panics with "no such panic".
[[noreturn]] void force_panic(std::string_view kind);

}  // namespace mobius::arch
