// The controller's configuration space, and the bridges beside it (sim_ide_pci.h).
#include "sim/sim_ide_pci.h"

namespace mobius::sim {
namespace {

constexpr uint32_t kIdeFunction = 0x80000000u | 1 << 11 | 1 << 8;
constexpr uint32_t kHostBridge = 0x80000000u;
constexpr uint32_t kIsaBridge = 0x80000000u | 1 << 11;  // the PIIX's function 0

}  // namespace

uint32_t SimIdePci::read() const {
  const uint32_t function = address_ & ~0xFCu, offset = address_ & 0xFC;
  if (!options_.pci) return 0xFFFFFFFF;
  if (function == kHostBridge) return offset == 0 ? 0x12378086 : offset == 8 ? 0x06000002 : 0;
  if (function == kIsaBridge) {
    return offset == 0 ? 0x70008086 : offset == 8 ? 0x06010000 : offset == 12 ? 0x00800000 : 0;
  }
  if (function != kIdeFunction) return 0xFFFFFFFF;
  switch (offset) {
    case 0x00: return 0x70108086;
    case 0x04: return 0x02800000 | command_;
    case 0x08: return 0x01018000 | (options_.native ? 0x8500u : 0);
    case 0x10: return options_.native ? 0xD001 : 0;
    case 0x14: return options_.native ? 0xD105 : 0;
    case 0x18: return options_.native ? 0xD201 : 0;
    case 0x1C: return options_.native ? 0xD305 : 0;
    case 0x20: return options_.bus_master ? kEnginePorts | 1u : 0;
    case 0x3C: return 0x010B;
    default: return 0;
  }
}

void SimIdePci::write(uint32_t value) {
  if (address_ == (kIdeFunction | 4)) command_ = value & 0xFFFF;
}

}  // namespace mobius::sim
