// The composition root: the only file that names every concrete type.
#include "arch/i386/registers.h"
#include "drivers/serial.h"

namespace mobius {
void assert_failed(const char*, const char*, int) { arch::halt_for_ever(); }
}

extern "C" [[noreturn]] void kernel_main(uint32_t, uint32_t) {
  mobius::drivers::Serial log(mobius::drivers::kCom2);
  log.initialize();
  log.write("mobius: exit 0\n");
  log.drain();
  mobius::arch::out8(0xF4, 0);
  for (char c : std::string_view("Shutdown")) mobius::arch::out8(0x8900, c);
  mobius::arch::halt_for_ever();
}
