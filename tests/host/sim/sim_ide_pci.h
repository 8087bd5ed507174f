// SimIdePci: what the PCI bus tells of a simulated IDE controller, as of a PIIX3.
#pragma once

#include <cstdint>

namespace mobius::sim {

struct SimIdeOptions {
  bool pci = true;  // else the ports alone, without bus master
  bool bus_master = true;
  bool native = false;  // ports and interrupt from the PCI header
};

class SimIdePci {
 public:
  static constexpr uint16_t kEnginePorts = 0xC000;

  explicit SimIdePci(SimIdeOptions options) : options_(options) {}

  void select(uint32_t address) { address_ = address; }
  uint32_t read() const;
  void write(uint32_t value);
  bool bus_master_enabled() const { return (command_ & 4) != 0; }

 private:
  const SimIdeOptions options_;
  uint32_t address_ = 0;
  uint32_t command_ = 0;
};

}  // namespace mobius::sim
