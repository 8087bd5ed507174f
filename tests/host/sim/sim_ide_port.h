// SimIdePort: what each simulated IDE device answers in its own way: registers and data, as a
// channel and its bus master ask for them. `now` in ticks.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mobius::sim {

class SimIdePort {
 public:
  virtual ~SimIdePort() = default;

  virtual uint8_t read(unsigned offset) = 0;
  virtual void write(unsigned offset, uint8_t value) = 0;  // both drives hear the task file ...
  virtual void command(uint8_t code, uint64_t now) = 0;    // ... one the command
  virtual uint16_t read_data(uint64_t now) = 0;
  virtual void write_data(uint16_t word, uint64_t now) = 0;
  virtual void advance(uint64_t now) = 0;

  // The bus master's: which way bytes go, and that they have gone.
  virtual bool dma_to_memory() const = 0;
  virtual void dma_moved(size_t bytes, uint64_t now) = 0;
};

}  // namespace mobius::sim
