// The controller: who answers which port, PCI, the bus masters and the interrupt lines.
#include "sim/sim_ide_controller.h"

#include <algorithm>
#include <cstring>

namespace mobius::sim {
namespace {

constexpr uint16_t kEnginePorts = 0xC000;
constexpr uint8_t kStart = 0x01, kToMemory = 0x08;
constexpr uint8_t kActive = 0x01, kError = 0x02, kInterrupt = 0x04;
constexpr uint32_t kPieceBytes = 1024;
constexpr unsigned kPiecesPerTick = 8;
constexpr uint64_t kTimerTicks = 10;
constexpr uint32_t kIdeFunction = 0x80000000u | 1 << 11 | 1 << 8;
constexpr uint32_t kHostBridge = 0x80000000u;
constexpr uint32_t kIsaBridge = 0x80000000u | 1 << 11;  // the PIIX's function 0

}  // namespace

SimIdeController::SimIdeController(SimFrameMemory& memory, SimScheduler& scheduler,
                                   SimIdeOptions options)
    : memory_(memory), scheduler_(scheduler), options_(options) {
  const bool native = options.native;
  channels_[0].command_ports = native ? 0xD000 : 0x1F0;
  channels_[0].control_port = native ? 0xD106 : 0x3F6;
  channels_[0].line = native ? 11 : 14;
  channels_[1].command_ports = native ? 0xD200 : 0x170;
  channels_[1].control_port = native ? 0xD306 : 0x376;
  channels_[1].line = native ? 11 : 15;
}

SimIdeDrive& SimIdeController::attach(unsigned channel, unsigned drive,
                                      std::vector<std::byte> image, SimDriveOptions options) {
  auto packet_drive = std::make_unique<SimIdeDrive>(std::move(image), options);
  SimIdeDrive& attached = *packet_drive;
  channels_[channel].drives[drive] = std::move(packet_drive);
  return attached;
}

SimIdeDisk& SimIdeController::attach_disk(unsigned channel, unsigned drive,
                                          SimDiskOptions options) {
  auto disk = std::make_unique<SimIdeDisk>(options);
  SimIdeDisk& attached = *disk;
  channels_[channel].drives[drive] = std::move(disk);
  return attached;
}

SimIdeController::Place SimIdeController::find(uint16_t port) {
  for (Channel& c : channels_) {
    const auto engine = static_cast<uint16_t>(kEnginePorts + 8 * (&c - channels_));
    if (port >= c.command_ports && port < c.command_ports + 8) {
      return {&c, Place::Block::Command, static_cast<unsigned>(port - c.command_ports)};
    }
    if (port == c.control_port) return {&c, Place::Block::Control, 0};
    if (options_.bus_master && port >= engine && port < engine + 8) {
      return {&c, Place::Block::Engine, static_cast<unsigned>(port - engine)};
    }
  }
  return {};
}

uint8_t SimIdeController::in8(uint16_t port) {
  const Place at = find(port);
  if (at.block == Place::Block::None) return 0xFF;
  Channel& c = *at.channel;
  if (at.block == Place::Block::Engine) {
    return at.offset == 0 ? c.engine_command : at.offset == 2 ? c.engine_status : 0;
  }
  if (!c.drives[0] && !c.drives[1]) return 0x7F;  // nobody drives the bus
  uint8_t value = 0;                              // of an absent second drive
  if (c.drive() != nullptr) {
    value = at.block == Place::Block::Control ? c.drive()->status(false)
                                              : c.drive()->read(at.offset);
  }
  update_line(c);
  return value;
}

void SimIdeController::out8(uint16_t port, uint8_t value) {
  const Place at = find(port);
  if (at.block == Place::Block::None) return;
  if (at.block == Place::Block::Engine) write_engine(*at.channel, at.offset, value);
  if (at.block == Place::Block::Control) write_control(*at.channel, value);
  if (at.block == Place::Block::Command) write_command(*at.channel, at.offset, value);
  update_line(*at.channel);
}

void SimIdeController::write_command(Channel& c, unsigned offset, uint8_t value) {
  if (offset == 7) {
    if (c.drive() != nullptr) c.drive()->command(value, scheduler_.now());
    return;
  }
  for (unsigned i = 0; i < 2; ++i) {
    SimIdeDevice* const drive = c.drives[i].get();
    if (drive == nullptr) continue;
    const bool selected = c.selected == i, leaves = offset == 6 && (value >> 4 & 1) != i;
    if (drive->dead() && selected && leaves) ++drive->left_for_dead;
    if (drive->dead() && (!selected || leaves)) continue;
    // A drive that is not selected may be busy when the selection changes: after a reset, a second
    // drive without a first cannot be asked before it is selected.
    if (offset != 6 || selected) drive->write(offset, value);
  }
  if (offset == 6) c.selected = value >> 4 & 1;
}

void SimIdeController::write_control(Channel& c, uint8_t value) {
  const bool was = (c.control & 4) != 0, is = (value & 4) != 0;
  c.control = value;
  if (!was && is && (c.engine_status & kActive)) violations.push_back("reset with the engine on");
  for (auto& drive : c.drives) {
    if (!drive) continue;
    if (!was && is) drive->begin_reset();
    if (was && !is) drive->end_reset(scheduler_.now());
  }
  if (is) c.selected = 0;
}

void SimIdeController::write_engine(Channel& c, unsigned offset, uint8_t value) {
  if (offset == 2) {
    c.engine_status = static_cast<uint8_t>((c.engine_status & ~(value & (kError | kInterrupt))));
    return;
  }
  if (offset != 0) return;
  const bool starts = !(c.engine_command & kStart) && (value & kStart);
  if (starts && !(pci_command_ & 4)) violations.push_back("bus master not enabled");
  if (starts) {
    c.engine_status |= kActive;
    c.entry = c.moved = 0;
  }
  if (!(value & kStart)) {
    c.engine_status &= static_cast<uint8_t>(~kActive);
    c.buffer.clear();
    c.held_back = false;
  }
  c.engine_command = value & (kStart | kToMemory);
}

uint32_t SimIdeController::pci_read() const {
  const uint32_t function = pci_address_ & ~0xFCu, offset = pci_address_ & 0xFC;
  if (!options_.pci) return 0xFFFFFFFF;
  if (function == kHostBridge) return offset == 0 ? 0x12378086 : offset == 8 ? 0x06000002 : 0;
  if (function == kIsaBridge) {
    return offset == 0 ? 0x70008086 : offset == 8 ? 0x06010000 : offset == 12 ? 0x00800000 : 0;
  }
  if (function != kIdeFunction) return 0xFFFFFFFF;
  switch (offset) {
    case 0x00: return 0x70108086;
    case 0x04: return 0x02800000 | pci_command_;
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

uint32_t SimIdeController::in32(uint16_t port) { return port == 0xCFC ? pci_read() : 0xFFFFFFFF; }

void SimIdeController::out32(uint16_t port, uint32_t value) {
  if (port == 0xCF8) pci_address_ = value;
  if (port == 0xCFC && pci_address_ == (kIdeFunction | 4)) pci_command_ = value & 0xFFFF;
  const Place at = find(port);
  if (at.block == Place::Block::Engine && at.offset == 4) {
    if (at.channel->engine_status & kActive) violations.push_back("table changed under way");
    at.channel->table = value;
  }
}

void SimIdeController::in16_many(uint16_t port, uint16_t* to, uint32_t words) {
  const Place at = find(port);
  for (uint32_t i = 0; i < words; ++i) to[i] = at.channel->drive()->read_data(scheduler_.now());
  update_line(*at.channel);
}

void SimIdeController::out16_many(uint16_t port, const uint16_t* from, uint32_t words) {
  const Place at = find(port);
  for (uint32_t i = 0; i < words; ++i) at.channel->drive()->write_data(from[i], scheduler_.now());
  update_line(*at.channel);
}

void SimIdeController::update_line(Channel& c) {
  const bool raised = c.drive() != nullptr && c.drive()->interrupting() && !(c.control & 2);
  if (raised && !c.buffer.empty()) c.held_back = true;
  const bool high = raised && c.buffer.empty();
  if (high && !c.line_was_high) {
    c.edge = true;
    c.engine_status |= kInterrupt;
  }
  c.line_was_high = high;
}

void SimIdeController::write_memory(uint32_t to, const std::byte* from, uint32_t bytes) {
  std::memcpy(memory_.hardware({to >> kPageShift}) + (to & kPageOffsetMask), from, bytes);
}

void SimIdeController::empty_buffer(Channel& c) {
  if (c.drive()->dma_error_at_end()) {
    c.engine_status |= kError;
  } else {
    write_memory(c.buffer_to, c.buffer.data(), static_cast<uint32_t>(c.buffer.size()));
  }
  c.buffer.clear();
  // Whoever has read the status meanwhile has taken the drive's interrupt back, not the engine's.
  if (c.held_back && !c.drive()->interrupting()) {
    c.edge = true;
    c.engine_status |= kInterrupt;
  }
  c.held_back = false;
}

SimIdeController::Descriptor SimIdeController::descriptor(const Channel& c) {
  const uint32_t at = c.table + 8 * c.entry;
  uint32_t words[2];
  std::memcpy(words, memory_.hardware({at >> kPageShift}) + (at & kPageOffsetMask), 8);
  const uint32_t size = words[1] & 0xFFFF ? words[1] & 0xFFFF : 0x10000;
  if ((words[0] & 0xFFFF) + size > 0x10000) violations.push_back("descriptor crosses 64 KiB");
  if ((words[0] | size) & 1) violations.push_back("descriptor of odd bytes");
  return {words[0], size, words[1] >> 31 != 0};
}

void SimIdeController::move_data(Channel& c) {
  if (!c.buffer.empty()) return empty_buffer(c);
  for (unsigned i = 0; i < kPiecesPerTick && move_piece(c); ++i) continue;
}

// Whether there may be more to move at once.
bool SimIdeController::move_piece(Channel& c) {
  if (!(c.engine_status & kActive) || c.drive() == nullptr) return false;
  if (c.drive()->dma_bus_error()) {
    c.engine_status = static_cast<uint8_t>((c.engine_status & ~kActive) | kError);
    c.drive()->dma_moved(0, scheduler_.now());
    return false;
  }
  size_t ready = 0;
  std::byte* const data = c.drive()->dma_data(ready, scheduler_.now());
  if (data == nullptr) return false;
  const bool to_memory = (c.engine_command & kToMemory) != 0;
  if (to_memory != c.drive()->dma_to_memory()) violations.push_back("engine runs backwards");
  const Descriptor entry = descriptor(c);
  const auto bytes =
      static_cast<uint32_t>(std::min<size_t>({ready, entry.size - c.moved, kPieceBytes}));
  const uint32_t at = entry.address + c.moved;
  c.moved += bytes;
  const bool ends = c.moved == entry.size && entry.last;
  if (!to_memory) {
    take_piece(c, {at, bytes, ends}, data, bytes);
  } else if (ends) {
    c.buffer.assign(data, data + bytes);
    c.buffer_to = at;
  } else {
    write_memory(at, data, bytes);
  }
  if (ends) c.engine_status &= static_cast<uint8_t>(~kActive);
  if (c.moved == entry.size) ++c.entry, c.moved = 0;
  c.drive()->dma_moved(bytes, scheduler_.now());
  update_line(c);
  return !ends;
}

void SimIdeController::take_piece(Channel& c, const Descriptor& from, std::byte* to,
                                  uint32_t bytes) {
  if (from.last && c.drive()->dma_error_at_end()) {
    c.engine_status |= kError;
    std::memset(to, 0xEE, bytes);
    return;
  }
  std::memcpy(to, memory_.hardware({from.address >> kPageShift}) + (from.address & kPageOffsetMask),
              bytes);
}

void SimIdeController::step() {
  for (Channel& c : channels_) {
    for (auto& drive : c.drives) {
      if (drive) drive->advance(scheduler_.now());
    }
    move_data(c);
    update_line(c);
    if (!c.edge) continue;
    c.edge = false;
    ++interrupts;
    if (interrupt) interrupt(c.line);
  }
  if (tick && scheduler_.now() % kTimerTicks == 0) tick();
}

void SimIdeController::run(const std::function<bool()>& until) {
  while (!until()) {
    scheduler_.sleep(1);
    step();
  }
}

void SimIdeController::run_ticks(uint64_t ticks) {
  const uint64_t end = scheduler_.now() + ticks;
  run([&] { return scheduler_.now() >= end; });
}

}  // namespace mobius::sim
