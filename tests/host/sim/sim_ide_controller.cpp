// The controller: who answers which port, and the interrupt lines.
#include "sim/sim_ide_controller.h"

namespace mobius::sim {
namespace {

constexpr unsigned kPiecesPerTick = 8;
constexpr uint64_t kTimerTicks = 10;
}  // namespace

SimIdeController::SimIdeController(SimFrameMemory& memory, SimScheduler& scheduler,
                                   SimIdeOptions options)
    : scheduler_(scheduler),
      pci_(options),
      engines_(options.bus_master),
      channels_{{.engine{memory, violations}}, {.engine{memory, violations}}} {
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
    const auto engine = static_cast<uint16_t>(SimIdePci::kEnginePorts + 8 * (&c - channels_));
    if (port >= c.command_ports && port < c.command_ports + 8) {
      return {&c, Place::Block::Command, static_cast<unsigned>(port - c.command_ports)};
    }
    if (port == c.control_port) return {&c, Place::Block::Control, 0};
    if (engines_ && port >= engine && port < engine + 8) {
      return {&c, Place::Block::Engine, static_cast<unsigned>(port - engine)};
    }
  }
  return {};
}

uint8_t SimIdeController::in8(uint16_t port) {
  const Place at = find(port);
  if (at.block == Place::Block::None) return 0xFF;
  Channel& c = *at.channel;
  if (at.block == Place::Block::Engine) return c.engine.read(at.offset);
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
  if (!was && is && c.engine.active()) violations.push_back("reset with the engine on");
  for (auto& drive : c.drives) {
    if (!drive) continue;
    if (!was && is) drive->begin_reset();
    if (was && !is) drive->end_reset(scheduler_.now());
  }
  if (is) c.selected = 0;
}

void SimIdeController::write_engine(Channel& c, unsigned offset, uint8_t value) {
  if (c.engine.would_start(offset, value) && !pci_.bus_master_enabled()) {
    violations.push_back("bus master not enabled");
  }
  c.engine.write(offset, value);
}

uint32_t SimIdeController::in32(uint16_t port) { return port == 0xCFC ? pci_.read() : 0xFFFFFFFF; }

void SimIdeController::out32(uint16_t port, uint32_t value) {
  if (port == 0xCF8) pci_.select(value);
  if (port == 0xCFC) pci_.write(value);
  const Place at = find(port);
  if (at.block == Place::Block::Engine && at.offset == 4) at.channel->engine.set_table(value);
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
  const bool high = c.engine.lets_through(raised);
  if (high && !c.line_was_high) {
    c.edge = true;
    c.engine.note_interrupt();
  }
  c.line_was_high = high;
}

void SimIdeController::move_data(Channel& c) {
  if (c.drive() == nullptr) return;
  if (c.engine.has_buffered()) {
    if (c.engine.empty_buffer(*c.drive())) c.edge = true;
    return;
  }
  for (unsigned i = 0; i < kPiecesPerTick; ++i) {
    const bool more = c.engine.move_piece(*c.drive(), scheduler_.now());
    update_line(c);
    if (!more) return;
  }
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
