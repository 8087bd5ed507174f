// IdeBusMaster: the engine that moves a channel's data into memory by itself.
//
// A request is at most one frame, so its descriptor table is one entry: it cannot cross 64 KiB,
// and needs eight bytes of memory below 4 GiB. The rule that callers build on: after stop()
// the engine touches no memory.
#pragma once

#include "base/units.h"
#include "drivers/register_port.h"
#include "mm/ports/frame_memory.h"

namespace mobius::drivers {

class IdeBusMaster {
 public:
  // `ports`: its eight ports, 0 where the channel has no engine. `table`: eight bytes of memory
  // for the descriptor, nobody else's, 4-aligned, below 4 GiB.
  IdeBusMaster(RegisterPort& port, mm::FrameMemory& memory, uint16_t ports, FrameSpan table)
      : port_(port), memory_(memory), ports_(ports), table_(table) {}

  bool present() const { return ports_ != 0; }
  // Whether the engine can put data there: below 4 GiB, whole dwords.
  bool can_reach(FrameSpan span) const;

  // Points the stopped engine at `into`. Requires: present(), can_reach(into).
  void prepare_read(FrameSpan into);
  // Requires: prepare_read, and the device has its command.
  void start_read();
  // Since start_read: whether the device has interrupted, with all it has sent in memory; whether
  // the engine met a bus error.
  bool interrupted() const;
  bool failed() const;

  enum class End : uint8_t { Complete, Short, BusError };
  // Stops the engine, whatever it is doing, and tells how far it had come: Short where the memory
  // it was given is not full.
  End stop();

 private:
  void clear_status();
  uint8_t status() const { return port_.in8(status_port()); }
  uint16_t status_port() const;
  RegisterPort& port_;
  mm::FrameMemory& memory_;
  const uint16_t ports_;
  const FrameSpan table_;
};

}  // namespace mobius::drivers
