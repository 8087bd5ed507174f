// What a panic writes with: lines on log and screen.
#pragma once

#include <string_view>

namespace mobius::arch {

// Begins a screen of white on blue.
void clear_panic_screen();
// The last line, on the screen alone.
void show_panic_end();
// A line, on log and screen.
void show_panic_line(std::string_view line);

}  // namespace mobius::arch
