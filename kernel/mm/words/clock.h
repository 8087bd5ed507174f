// Port: the time since boot.
#pragma once

#include <cstdint>

namespace mobius::mm {

class Clock {
 public:
  // Nanoseconds since boot; never runs backwards. May stand still while interrupts are off.
  virtual uint64_t now_ns() = 0;

 protected:
  ~Clock() = default;
};

}  // namespace mobius::mm
