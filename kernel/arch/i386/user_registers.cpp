// The text of registers: see user_registers.h. No line is wider than 80 columns.
#include "arch/i386/user_registers.h"

namespace mobius::arch {

proc::UserState UserRegisters::state(TextWriter& text) const {
  text.add("  eax=").add_word(eax).add(" ebx=").add_word(ebx);
  text.add(" ecx=").add_word(ecx).add(" edx=").add_word(edx).add("\n");
  text.add("  esi=").add_word(esi).add(" edi=").add_word(edi);
  text.add(" ebp=").add_word(ebp).add(" esp=").add_word(esp).add("\n");
  text.add("  eip=").add_word(eip).add(" eflags=").add_word(eflags).add("\n");
  return {{eip}, {ebp}, text.text()};
}

}  // namespace mobius::arch
