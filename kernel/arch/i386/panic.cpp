// Panics of every kind, and the double fault's own task.
#include "arch/i386/panic.h"

#include "arch/i386/descriptors.h"
#include "arch/i386/hooks.h"
#include "arch/i386/kernel_directory.h"
#include "arch/i386/kernel_stacks.h"
#include "arch/i386/memory_layout.h"
#include "arch/i386/panic_text.h"
#include "arch/i386/registers.h"
#include "arch/i386/symbols.h"
#include "base/assert.h"
#include "base/text.h"

namespace mobius::arch {

namespace {

using Line = TextBuffer<160>;

constexpr unsigned kMaxBacktrace = 16;

bool panicking = false;

// `inside`: an address of the instruction meant. A return address is one past its call, which may
// be the last instruction of its function.
void show_frame(uint32_t eip, uint32_t inside) {
  Line line;
  line.add("  ").add_word(eip).add("  ");
  if (const Symbol* symbol = find_symbol(inside))
    line.add(symbol->name).add("+").add_hex(eip - symbol->address);
  show_panic_line(line.text());
}

// Follows the chain of saved EBPs: each frame is {caller's EBP, return address}, each above the
// one before. `ebp` may be anything.
void show_backtrace(uint32_t eip, uint32_t ebp) {
  show_panic_line("backtrace:");
  if (eip != 0) show_frame(eip, eip);
  for (unsigned i = 0; i < kMaxBacktrace; ++i) {
    if (ebp < kKernelBase || ebp % 4 != 0 || !is_readable(ebp) || !is_readable(ebp + 7)) return;
    auto frame = reinterpret_cast<const uint32_t*>(ebp);
    if (frame[1] == 0) return;
    show_frame(frame[1], frame[1] - 1);
    if (frame[0] <= ebp) return;
    ebp = frame[0];
  }
}

void show_registers(const TrapFrame& f, uint32_t esp) {
  Line general, rest;
  general.add("eax ").add_word(f.eax).add(" ebx ").add_word(f.ebx).add(" ecx ").add_word(f.ecx);
  general.add(" edx ").add_word(f.edx).add(" esi ").add_word(f.esi).add(" edi ").add_word(f.edi);
  show_panic_line(general.text());
  rest.add("ebp ").add_word(f.ebp).add(" esp ").add_word(esp).add(" eip ").add_word(f.eip);
  rest.add(" flags ").add_word(f.eflags).add(" error ").add_hex(f.error);
  rest.add(" cr2 ").add_word(read_cr2());
  show_panic_line(rest.text());
}

void begin(std::string_view text) {
  if (panicking) {  // the panic itself went wrong: the first one's lines are on the log
    if (arch_hooks.log != nullptr) arch_hooks.log("mobius: panic: in a panic\n");
    if (arch_hooks.stop != nullptr) arch_hooks.stop();
    halt_for_ever();
  }
  panicking = true;
  clear_panic_screen();
  show_panic_line("");
  show_panic_line(Line().add("Mobius has stopped: ").add(text).text());
}

[[noreturn]] void end(std::string_view text) {
  show_panic_line(Line().add("mobius: panic: ").add(text).text());
  show_panic_end();
  if (arch_hooks.stop != nullptr) arch_hooks.stop();
  halt_for_ever();
}

}  // namespace

void panic(std::string_view text) {
  begin(text);
  show_backtrace(0, reinterpret_cast<uint32_t>(__builtin_frame_address(0)));
  end(text);
}

void panic(std::string_view text, const TrapFrame& frame) {
  begin(text);
  show_registers(frame, frame.from_user() ? frame.user_esp
                                          : reinterpret_cast<uint32_t>(&frame.user_esp));
  show_backtrace(frame.eip, frame.ebp);
  end(text);
}

void panic_page_fault(const TrapFrame& frame, mm::PageFault fault) {
  Line text;
  text.add(fault.access == mm::FaultAccess::Write ? "kernel write to " : "kernel read of ");
  text.add_hex(fault.address.value).add(" eip ").add_hex(frame.eip);
  panic(text.text(), frame);
}

// The task switch has saved the registers at the fault in kernel_task.
extern "C" [[noreturn]] void panic_double_fault() {
  bool overflow = is_stack_guard(read_cr2()) || is_stack_guard(kernel_task.esp);
  std::string_view text = overflow ? "kernel stack overflow" : "double fault";
  const TaskState& t = kernel_task;
  TrapFrame frame{};
  frame.edi = t.edi, frame.esi = t.esi, frame.ebp = t.ebp, frame.ebx = t.ebx;
  frame.edx = t.edx, frame.ecx = t.ecx, frame.eax = t.eax;
  frame.eip = t.eip, frame.eflags = t.eflags;
  begin(text);
  show_registers(frame, t.esp);
  show_backtrace(t.eip, t.ebp);
  end(text);
}

}  // namespace mobius::arch

void mobius::assert_failed(const char* expression, const char* file, int line) {
  TextBuffer<160> text;
  text.add("assertion failed: ").add(expression).add(" at ").add(file).add(":");
  text.add_decimal(line);
  arch::panic(text.text());
}
