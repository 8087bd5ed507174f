// Finding the controller and its drives.
#include "drivers/ide_controller.h"

namespace mobius::drivers {
namespace {

constexpr uint16_t kClassIde = 0x0101;
constexpr uint16_t kBusMasterChannelPorts = 8;

struct LegacyChannel {
  uint16_t command, control;
  uint8_t irq;
};
constexpr LegacyChannel kLegacy[] = {{0x1F0, 0x3F6, 14}, {0x170, 0x376, 15}};

// Programming interface of class 0101h: a native-mode bit for each channel, and bit 7.
constexpr uint8_t native_bit(unsigned channel) { return channel == 0 ? 0x01 : 0x04; }
constexpr uint8_t kBusMasterBit = 0x80;

uint16_t io_base(uint32_t bar) {
  return (bar & 1) != 0 ? static_cast<uint16_t>(bar & 0xFFFC) : 0;
}

// How often an absent or silent drive is looked at: each look takes about a microsecond.
constexpr unsigned kIdentityLooks = 500'000;

// No drive drives the bus: pulled up, pulled down, or up but for BSY.
bool nobody_there(uint8_t status) { return status == 0xFF || status == 0x7F || status == 0; }

}  // namespace

IdePorts IdeController::ports_of(Pci& pci, const std::optional<PciFunction>& function,
                                 unsigned channel, IdeDma dma) {
  IdePorts ports{.command = kLegacy[channel].command,
                 .control = kLegacy[channel].control,
                 .bus_master = 0,
                 .irq = kLegacy[channel].irq};
  if (!function) return ports;
  const auto interface = static_cast<uint8_t>(pci.read(*function, PciRegister::Class) >> 8);
  if (interface & native_bit(channel)) {
    const uint16_t command = io_base(pci.read_bar(*function, 2 * channel));
    const uint16_t control = io_base(pci.read_bar(*function, 2 * channel + 1));
    if (command != 0 && control != 0) {
      ports.command = command;
      ports.control = static_cast<uint16_t>(control + 2);
      ports.irq = static_cast<uint8_t>(pci.read(*function, PciRegister::Interrupt));
    }
  }
  const uint16_t engine = io_base(pci.read_bar(*function, 4));
  if (dma == IdeDma::Use && (interface & kBusMasterBit) != 0 && engine != 0) {
    pci.enable(*function, kPciCommandIo | kPciCommandMaster);
    ports.bus_master = static_cast<uint16_t>(engine + channel * kBusMasterChannelPorts);
  }
  return ports;
}

IdeController::IdeController(RegisterPort& port, mm::FrameMemory& memory, mm::Waiting& waiting,
                             mm::Clock& clock, FrameNumber table_frame, IdeDma dma,
                             IdeTiming timing)
    : memory_(memory),
      pci_(port),
      function_(pci_.find(kClassIde)),
      channels_{{port, memory, waiting, clock, ports_of(pci_, function_, 0, dma),
                 FrameSpan{table_frame, 0, IdeBusMaster::kTableBytes}, timing},
                {port, memory, waiting, clock, ports_of(pci_, function_, 1, dma),
                 FrameSpan{table_frame, IdeBusMaster::kTableBytes, IdeBusMaster::kTableBytes},
                 timing}} {}

void IdeController::on_interrupt(uint8_t irq) {
  for (IdeChannel& channel : channels_) {
    if (channel.ports().irq == irq) channel.on_interrupt();
  }
}

void IdeController::on_tick() {
  for (IdeChannel& channel : channels_) channel.on_tick();
}

bool IdeController::read_identity(IdeChannel& channel, uint8_t command,
                                  std::span<uint16_t, 256> identity) {
  channel.write(IdeRegister::Command, command);
  channel.settle();
  if (channel.status() == 0) return false;
  for (unsigned look = 0; look < kIdentityLooks; ++look) {
    const uint8_t status = channel.read(IdeRegister::Status);
    if (status & ide_status::kBusy) continue;
    if (status & (ide_status::kError | ide_status::kDeviceFault)) return false;
    if ((status & ide_status::kDataRequest) == 0) continue;
    channel.read_data(identity.data(), 256);
    channel.settle();
    channel.read(IdeRegister::Status);
    return true;
  }
  return false;
}

DriveKind IdeController::identify(IdeChannel& channel, unsigned drive,
                                  std::span<uint16_t, 256> identity) {
  mm::SleepingGuard guard(channel.turn());
  channel.write(IdeRegister::Device, kIdeDeviceBase | (drive == 0 ? 0 : kIdeDeviceSecond));
  channel.settle();
  if (nobody_there(channel.status()) || !channel.select(drive)) return DriveKind::None;
  if (read_identity(channel, ide_command::kIdentify, identity)) return DriveKind::Disk;
  // A packet drive refuses IDENTIFY DEVICE and puts its signature into the registers.
  if (channel.read(IdeRegister::ByteCountLow) != kAtapiSignatureLow ||
      channel.read(IdeRegister::ByteCountHigh) != kAtapiSignatureHigh) {
    return DriveKind::None;
  }
  return read_identity(channel, ide_command::kIdentifyPacket, identity) ? DriveKind::Packet
                                                                       : DriveKind::None;
}

void IdeController::find_drives() {
  for (unsigned c = 0; c < kChannels; ++c) {
    for (unsigned d = 0; d < kDrives; ++d) {
      uint16_t identity[256];
      kinds_[c][d] = identify(channels_[c], d, identity);
      if (kinds_[c][d] == DriveKind::Disk) {
        disks_[c][d].emplace(channels_[c], memory_, AtaDisk::Place{c, d},
                             parse_ata_identity(identity), tell_given_up_);
      }
      if (kinds_[c][d] != DriveKind::Packet) continue;
      AtapiDrive& found = packet_drives_[c][d].emplace(channels_[c], memory_, d, identity);
      // A drive without a medium stays known, with no blocks.
      static_cast<void>(found.read_capacity());
    }
  }
}

AtapiDrive* IdeController::packet_drive(unsigned channel, unsigned drive) {
  auto& place = packet_drives_[channel][drive];
  return place ? &*place : nullptr;
}

AtaDisk* IdeController::disk(unsigned channel, unsigned drive) {
  auto& place = disks_[channel][drive];
  return place ? &*place : nullptr;
}

AtapiDrive* IdeController::cd_drive() {
  for (auto& channel : packet_drives_) {
    for (auto& drive : channel) {
      if (drive && drive->block_count() > 0) return &*drive;
    }
  }
  return nullptr;
}

}  // namespace mobius::drivers
