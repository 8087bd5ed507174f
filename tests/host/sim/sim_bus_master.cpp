// What the engine moves, and when it tells of it (sim_bus_master.h).
#include "sim/sim_bus_master.h"

#include <algorithm>
#include <cstring>

namespace mobius::sim {
namespace {

constexpr uint8_t kStart = 0x01, kToMemory = 0x08;
constexpr uint8_t kActive = 0x01, kError = 0x02, kInterrupt = 0x04;
constexpr uint32_t kPieceBytes = 1024;

}  // namespace

uint8_t SimBusMaster::read(unsigned offset) const {
  return offset == 0 ? command_ : offset == 2 ? status_ : 0;
}

bool SimBusMaster::active() const { return (status_ & kActive) != 0; }

bool SimBusMaster::would_start(unsigned offset, uint8_t value) const {
  return offset == 0 && !(command_ & kStart) && (value & kStart);
}

void SimBusMaster::write(unsigned offset, uint8_t value) {
  if (offset == 2) status_ = static_cast<uint8_t>(status_ & ~(value & (kError | kInterrupt)));
  if (offset != 0) return;
  if (would_start(offset, value)) {
    status_ |= kActive;
    entry_ = moved_ = 0;
  }
  if (!(value & kStart)) {
    status_ &= static_cast<uint8_t>(~kActive);
    buffer_.clear();
    held_back_ = false;
  }
  command_ = value & (kStart | kToMemory);
}

void SimBusMaster::set_table(uint32_t address) {
  if (active()) violations_.push_back("table changed under way");
  table_ = address;
}

bool SimBusMaster::lets_through(bool raised) {
  if (raised && has_buffered()) held_back_ = true;
  return raised && !has_buffered();
}

void SimBusMaster::note_interrupt() { status_ |= kInterrupt; }

bool SimBusMaster::empty_buffer(const SimIdeDevice& drive) {
  if (drive.dma_error_at_end()) {
    status_ |= kError;
  } else {
    write_memory(buffer_to_, buffer_.data(), buffer_.size());
  }
  buffer_.clear();
  // A read of the status meanwhile has taken the drive's interrupt back, not the engine's.
  const bool lets_through = held_back_ && !drive.interrupting();
  if (lets_through) note_interrupt();
  held_back_ = false;
  return lets_through;
}

void SimBusMaster::write_memory(uint32_t to, const std::byte* from, size_t bytes) {
  std::memcpy(memory_.hardware({to >> kPageShift}) + (to & kPageOffsetMask), from, bytes);
}

SimBusMaster::Descriptor SimBusMaster::descriptor() {
  const uint32_t at = table_ + 8 * entry_;
  uint32_t words[2];
  std::memcpy(words, memory_.hardware({at >> kPageShift}) + (at & kPageOffsetMask), 8);
  const uint32_t size = words[1] & 0xFFFF ? words[1] & 0xFFFF : 0x10000;
  if ((words[0] & 0xFFFF) + size > 0x10000) violations_.push_back("descriptor crosses 64 KiB");
  if ((words[0] | size) & 1) violations_.push_back("descriptor of odd bytes");
  return {words[0], size, words[1] >> 31 != 0};
}

bool SimBusMaster::move_piece(SimIdeDevice& drive, uint64_t now) {
  if (!active()) return false;
  if (drive.dma_bus_error()) {
    status_ = static_cast<uint8_t>((status_ & ~kActive) | kError);
    drive.dma_moved(0, now);
    return false;
  }
  size_t ready = 0;
  std::byte* const data = drive.dma_data(ready, now);
  if (data == nullptr) return false;
  const bool to_memory = (command_ & kToMemory) != 0;
  if (to_memory != drive.dma_to_memory()) violations_.push_back("engine runs backwards");
  const Descriptor entry = descriptor();
  const auto bytes =
      static_cast<uint32_t>(std::min<size_t>({ready, entry.size - moved_, kPieceBytes}));
  const uint32_t at = entry.address + moved_;
  moved_ += bytes;
  const bool ends = moved_ == entry.size && entry.last;
  if (!to_memory) {
    take_piece(drive, {at, bytes, ends}, data);
  } else if (ends) {
    buffer_.assign(data, data + bytes);
    buffer_to_ = at;
  } else {
    write_memory(at, data, bytes);
  }
  if (ends) status_ &= static_cast<uint8_t>(~kActive);
  if (moved_ == entry.size) ++entry_, moved_ = 0;
  drive.dma_moved(bytes, now);
  return !ends;
}

void SimBusMaster::take_piece(const SimIdeDevice& drive, const Descriptor& from, std::byte* to) {
  if (from.last && drive.dma_error_at_end()) {
    status_ |= kError;
    std::memset(to, 0xEE, from.size);
    return;
  }
  const std::byte* const frame = memory_.hardware({from.address >> kPageShift});
  std::memcpy(to, frame + (from.address & kPageOffsetMask), from.size);
}

}  // namespace mobius::sim
