// The VGA text screen is written to directly: 80 x 25 cells of character and colour at 0xB8000.
#include "arch/i386/panic_text.h"

#include "arch/i386/hooks.h"
#include "arch/i386/memory_layout.h"

namespace mobius::arch {

namespace {

constexpr uint32_t kScreen = kKernelBase + 0xB8000;
constexpr unsigned kColumns = 80, kRows = 25;
constexpr uint16_t kWhiteOnBlue = 0x1F00;

unsigned screen_row = 0;

// What does not fit into the row goes on in the next.
void show_row(std::string_view line) {
  if (screen_row == kRows) return;
  if (line.size() > kColumns) {
    show_row(line.substr(0, kColumns));
    return show_row(line.substr(kColumns));
  }
  auto cells = reinterpret_cast<volatile uint16_t*>(kScreen) + screen_row++ * kColumns;
  for (unsigned i = 0; i < kColumns; ++i) {
    uint8_t character = i < line.size() ? static_cast<uint8_t>(line[i]) : ' ';
    cells[i] = kWhiteOnBlue | character;
  }
}

}  // namespace

void clear_panic_screen() {
  screen_row = 0;
  for (unsigned i = 0; i < kRows; ++i) show_row("");
  screen_row = 0;
}

void show_panic_end() { show_row("It is now safe to switch off the computer."); }

void show_panic_line(std::string_view line) {
  show_row(line);
  if (arch_hooks.log == nullptr) return;
  arch_hooks.log(line);
  arch_hooks.log("\n");
}

}  // namespace mobius::arch
