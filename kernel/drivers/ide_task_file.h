// IdeTaskFile: the registers of one IDE channel, those of the drive that is selected.
#pragma once

#include "drivers/ide_registers.h"
#include "drivers/register_port.h"

namespace mobius::drivers {

struct IdePorts {
  uint16_t command = 0;     // the first of eight
  uint16_t control = 0;     // device control; reads the status without taking the interrupt back
  uint16_t bus_master = 0;  // the first of eight; 0: none
  uint8_t irq = 0;          // line of the interrupt controller
};

class IdeTaskFile {
 public:
  IdeTaskFile(RegisterPort& port, IdePorts ports) : port_(port), ports_(ports) {}
  IdeTaskFile(const IdeTaskFile&) = delete;

  uint8_t read(IdeRegister reg) { return port_.in8(at(reg)); }
  void write(IdeRegister reg, uint8_t value) { port_.out8(at(reg), value); }
  void read_data(uint16_t* to, uint32_t words) {
    port_.in16_many(at(IdeRegister::Data), to, words);
  }
  void write_data(const uint16_t* from, uint32_t words) {
    port_.out16_many(at(IdeRegister::Data), from, words);
  }
  // The status, leaving a pending interrupt pending.
  uint8_t status() { return port_.in8(ports_.control); }
  void write_control(uint8_t value) { port_.out8(ports_.control, value); }
  // Lets 400 ns pass, after which a device shows BSY for the command or data it was given.
  void settle() {
    for (int i = 0; i < 4; ++i) status();
  }
  const IdePorts& ports() const { return ports_; }

 private:
  uint16_t at(IdeRegister reg) const {
    return static_cast<uint16_t>(ports_.command + static_cast<uint8_t>(reg));
  }

  RegisterPort& port_;
  const IdePorts ports_;
};

}  // namespace mobius::drivers
