// Source: Intel 8259A data sheet: ICW1..4, OCW1..3.
#include "arch/i386/interrupts.h"

#include "arch/i386/io_ports.h"
#include "base/assert.h"

namespace mobius::arch {

namespace {

constexpr uint16_t kMaster = 0x20, kMasterData = 0x21, kSlave = 0xA0, kSlaveData = 0xA1;
constexpr uint8_t kEdgeCascadeIcw4 = 0x11, k8086Mode = 0x01, kEndOfInterrupt = 0x20;
constexpr uint8_t kReadInService = 0x0B;
constexpr unsigned kCascade = 2, kLastOfMaster = 7, kLastOfSlave = 15;

struct Line {
  InterruptHandler handler;
  void* context;
};
Line lines[kInterruptLines];
uint16_t masked = 0xFFFF;

void write_masks() {
  out8(kMasterData, static_cast<uint8_t>(masked));
  out8(kSlaveData, static_cast<uint8_t>(masked >> 8));
}

bool in_service(uint16_t controller, unsigned bit) {
  out8(controller, kReadInService);
  return (in8(controller) & (1u << bit)) != 0;
}

// A request that was withdrawn shows as the controller's lowest line, without being in service.
bool spurious(unsigned line) {
  if (line == kLastOfMaster) return !in_service(kMaster, 7);
  if (line == kLastOfSlave && !in_service(kSlave, 7)) {
    out8(kMaster, kEndOfInterrupt);  // the cascade line itself was real
    return true;
  }
  return false;
}

}  // namespace

void initialize_interrupts() {
  out8(kMaster, kEdgeCascadeIcw4);
  out8(kSlave, kEdgeCascadeIcw4);
  out8(kMasterData, kFirstInterruptVector);
  out8(kSlaveData, kFirstInterruptVector + 8);
  out8(kMasterData, 1u << kCascade);
  out8(kSlaveData, kCascade);
  out8(kMasterData, k8086Mode);
  out8(kSlaveData, k8086Mode);
  masked = static_cast<uint16_t>(~(1u << kCascade));
  write_masks();
}

void set_interrupt_handler(unsigned line, InterruptHandler handler, void* context) {
  KASSERT(line < kInterruptLines && line != kCascade && lines[line].handler == nullptr);
  lines[line] = {handler, context};
  masked &= static_cast<uint16_t>(~(1u << line));
  write_masks();
}

void handle_interrupt(unsigned line) {
  if (spurious(line)) return;
  if (lines[line].handler != nullptr) lines[line].handler(lines[line].context);
  if (line >= 8) out8(kSlave, kEndOfInterrupt);
  out8(kMaster, kEndOfInterrupt);
}

}  // namespace mobius::arch
