// The bus master engine of one IDE channel.
#include "drivers/ide_bus_master.h"

#include "drivers/ide_registers.h"

namespace mobius::drivers {
namespace {

constexpr uint32_t kFramesBelow4G = 1u << (32 - kPageShift);

uint32_t bus_address(FrameSpan span) {
  KASSERT(span.frame.value < kFramesBelow4G);
  return (span.frame.value << kPageShift) + span.offset;
}

}  // namespace

uint16_t IdeBusMaster::status_port() const {
  return static_cast<uint16_t>(ports_ + bus_master::kStatus);
}

bool IdeBusMaster::can_reach(FrameSpan span) const {
  return span.frame.value < kFramesBelow4G && span.offset % 4 == 0 && span.bytes % 4 == 0 &&
         span.bytes != 0 && span.offset + span.bytes <= kPageSize;
}

bool IdeBusMaster::can_reach(std::span<const FrameNumber> frames) const {
  for (FrameNumber frame : frames) {
    if (frame.value >= kFramesBelow4G) return false;
  }
  return true;
}

IdeBusMaster::Descriptor* IdeBusMaster::table() {
  return reinterpret_cast<Descriptor*>(memory_.direct(table_.frame) + table_.offset);
}

void IdeBusMaster::point_at_table(uint8_t direction) {
  direction_ = direction;
  port_.out8(ports_ + bus_master::kCommand, direction_);
  port_.out32(ports_ + bus_master::kTable, bus_address(table_));
}

void IdeBusMaster::prepare_read(FrameSpan into) {
  KASSERT(present() && can_reach(into));
  *table() = {bus_address(into), into.bytes | bus_master::kLastDescriptor};
  point_at_table(bus_master::kCommandToMemory);
}

void IdeBusMaster::prepare(mm::Transfer direction, std::span<const FrameNumber> frames) {
  KASSERT(present() && !frames.empty() && frames.size() <= kMaxFrames);
  Descriptor* entry = table();
  for (FrameNumber frame : frames) *entry++ = {bus_address({frame}), kPageSize};
  entry[-1].bytes |= bus_master::kLastDescriptor;
  point_at_table(direction == mm::Transfer::Read ? bus_master::kCommandToMemory : 0);
}

void IdeBusMaster::clear_status() {
  const uint8_t kept = status() & bus_master::kStatusDrivesMask;
  port_.out8(status_port(), kept | bus_master::kStatusError | bus_master::kStatusInterrupt);
}

void IdeBusMaster::start() {
  // Only now: some devices interrupt when they want the packet.
  clear_status();
  port_.out8(ports_ + bus_master::kCommand, direction_ | bus_master::kCommandStart);
}

bool IdeBusMaster::interrupted() const { return (status() & bus_master::kStatusInterrupt) != 0; }

bool IdeBusMaster::failed() const { return (status() & bus_master::kStatusError) != 0; }

IdeBusMaster::End IdeBusMaster::stop() {
  const uint8_t before = status();
  port_.out8(ports_ + bus_master::kCommand, direction_);
  // The read in clear_status() makes sure that the posted write has reached the engine before the
  // frames are used again.
  clear_status();
  if (before & bus_master::kStatusError) return End::BusError;
  return before & bus_master::kStatusActive ? End::Short : End::Complete;
}

}  // namespace mobius::drivers
