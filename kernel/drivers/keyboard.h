// Keyboard: a PS/2 keyboard, US layout: scan codes (set 1) in, the bytes a terminal would send out.
//
// Arrow keys, Home, End, Delete come as ANSI escape sequences, Ctrl with a letter as its control
// byte. Source: IBM PC AT Technical Reference, "Keyboard"; 8042 status bits: "Keyboard Controller".
#pragma once

#include <cstdint>
#include <string_view>

#include "drivers/console.h"
#include "drivers/register_port.h"

namespace mobius::drivers {

// Pure.
class ScanCodeDecoder {
 public:
  // What the key stands for; empty for releases, shift keys, and keys without a meaning. The text
  // stays good until the next call.
  std::string_view decode(uint8_t code);

 private:
  std::string_view decode_extended(uint8_t code);
  bool shift() const { return left_shift_ || right_shift_; }

  bool extended_ = false;  // the last code was 0xE0
  uint8_t skip_ = 0;       // codes of the Pause key (0xE1) still to come
  bool left_shift_ = false, right_shift_ = false, control_ = false, caps_lock_ = false;
  char character_ = 0;
};

class Keyboard {
 public:
  Keyboard(RegisterPort& port, Console& console) : port_(port), console_(console) {}

  // IRQ 1: hands everything the controller has to the console. Called once at the start too, for
  // what was typed before.
  void interrupt();

 private:
  RegisterPort& port_;
  Console& console_;
  ScanCodeDecoder decoder_;
};

}  // namespace mobius::drivers
