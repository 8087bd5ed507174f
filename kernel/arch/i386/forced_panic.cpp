// Each kind breaks what one part of the protection is there to catch.
#include "arch/i386/forced_panic.h"

#include "arch/i386/memory_layout.h"
#include "arch/i386/panic.h"

namespace mobius::arch {

namespace {

const uint32_t constant = 1;

void read(const void* address) {
  asm volatile("" : "+r"(address));  // the compiler is not to know which it is
  static_cast<void>(*static_cast<const volatile uint32_t*>(address));
}

void write(const void* address) {
  *const_cast<volatile uint32_t*>(static_cast<const uint32_t*>(address)) = 0;
}

// Not a tail call, and not to be turned into a loop: each level must use stack.
[[gnu::noinline]] uint32_t descend(volatile uint32_t* above) {
  volatile uint32_t level[64];
  level[0] = *above + 1;
  if (level[0] == 0) return 0;  // never reached
  return descend(level) + level[0];
}

}  // namespace

// On its own, so that its name is in the backtrace.
[[gnu::noinline]] void force_panic(std::string_view kind) {
  if (kind == "assert") KASSERT(kind.empty());
  if (kind == "null-read") read(nullptr);
  // Where memory lay while the boot loader's addresses were in use.
  if (kind == "low-read") read(reinterpret_cast<const void*>(0x2000));
  if (kind == "write-text") write(kernel_text_begin);
  if (kind == "write-rodata") write(&constant);
  if (kind == "stack-overflow") {
    volatile uint32_t bottom = 0;
    descend(&bottom);
  }
  panic("no such panic");
}

}  // namespace mobius::arch
