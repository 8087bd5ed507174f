// SimBusMaster: the engine of one channel of a simulated IDE controller. It moves bytes between a
// device and the simulated RAM, as a table in that tells it.
//
// It has a buffer: the last bytes reach memory a tick after the engine has taken them, and the
// drive's interrupt is held back until then (bus master specification, 1.1).
#pragma once

#include <string>
#include <vector>

#include "sim/sim_frame_memory.h"
#include "sim/sim_ide_device.h"

namespace mobius::sim {

class SimBusMaster {
 public:
  // `violations`: told of what no driver may do.
  SimBusMaster(SimFrameMemory& memory, std::vector<std::string>& violations)
      : memory_(memory), violations_(violations) {}

  // Its registers.
  uint8_t read(unsigned offset) const;
  void write(unsigned offset, uint8_t value);
  void set_table(uint32_t address);
  bool would_start(unsigned offset, uint8_t value) const;
  bool active() const;

  // Whether the drive's interrupt, where it is raised, goes on to the processor.
  bool lets_through(bool raised);
  void note_interrupt();

  bool has_buffered() const { return !buffer_.empty(); }
  // Whether that lets an interrupt through which was held back.
  bool empty_buffer(const SimIdeDevice& drive);
  // Whether there may be more to move at once.
  bool move_piece(SimIdeDevice& drive, uint64_t now);

 private:
  struct Descriptor {
    uint32_t address, size;
    bool last;
  };
  Descriptor descriptor();
  void take_piece(const SimIdeDevice& drive, const Descriptor& from, std::byte* to);
  void write_memory(uint32_t to, const std::byte* from, size_t bytes);

  SimFrameMemory& memory_;
  std::vector<std::string>& violations_;
  uint8_t command_ = 0, status_ = 0x60;
  uint32_t table_ = 0;
  uint32_t entry_ = 0;  // of the table, and the bytes of it that have moved
  uint32_t moved_ = 0;
  std::vector<std::byte> buffer_;
  uint32_t buffer_to_ = 0;
  bool held_back_ = false;
};

}  // namespace mobius::sim
