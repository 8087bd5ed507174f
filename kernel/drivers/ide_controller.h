// IdeController: finds the IDE controller, its two channels and the drives on them.
//
// The first PCI function of class 0101h, or the ports every PC has had since the AT where there is
// none. Each channel works in the mode the firmware has left it in: compatibility (fixed ports,
// interrupts 14 and 15) or native (ports and interrupt from the PCI header).
#pragma once

#include <array>
#include <optional>

#include "drivers/ata_disk.h"
#include "drivers/atapi_drive.h"
#include "drivers/pci.h"

namespace mobius::drivers {

enum class DriveKind : uint8_t { None, Disk, Packet };
enum class IdeDma : uint8_t { Avoid, Use };

class IdeController {
 public:
  static constexpr unsigned kChannels = 2;
  static constexpr unsigned kDrives = 2;  // per channel

  // `table_frame`: a direct frame below 4 GiB for the bus masters' descriptors alone.
  IdeController(RegisterPort& port, mm::FrameMemory& memory, mm::Waiting& waiting,
                mm::Clock& clock, FrameNumber table_frame, IdeDma dma = IdeDma::Use,
                IdeTiming timing = {});
  IdeController(const IdeController&) = delete;

  // The interrupt line of a channel, for the kernel to hook.
  uint8_t irq(unsigned channel) const { return channels_[channel].ports().irq; }
  // From the handler of interrupt line `irq`, and from every timer tick.
  void on_interrupt(uint8_t irq);
  void on_tick();

  // Whom to tell of disks that find_drives() finds and that are given up later.
  void tell_given_up(AtaDisk::TellGivenUp tell) { tell_given_up_ = tell; }

  // Looks for drives and asks the packet drives for the size of their medium. Sleeps: needs
  // running interrupts and ticks. Locks: none held.
  void find_drives();

  DriveKind kind(unsigned channel, unsigned drive) const { return kinds_[channel][drive]; }
  // Null where kind() is not Packet.
  AtapiDrive* packet_drive(unsigned channel, unsigned drive);
  // Null where kind() is not Disk.
  AtaDisk* disk(unsigned channel, unsigned drive);
  // The first packet drive with a readable medium, else null.
  AtapiDrive* cd_drive();

  IdeChannel& channel(unsigned index) { return channels_[index]; }

 private:
  static IdePorts ports_of(Pci& pci, const std::optional<PciFunction>& function, unsigned channel,
                           IdeDma dma);
  DriveKind identify(IdeChannel& channel, unsigned drive, std::span<uint16_t, 256> identity);
  bool read_identity(IdeChannel& channel, uint8_t command, std::span<uint16_t, 256> identity);

  mm::FrameMemory& memory_;
  Pci pci_;
  const std::optional<PciFunction> function_;
  AtaDisk::TellGivenUp tell_given_up_ = nullptr;
  IdeChannel channels_[kChannels];
  std::array<std::array<DriveKind, kDrives>, kChannels> kinds_{};
  std::array<std::array<std::optional<AtapiDrive>, kDrives>, kChannels> packet_drives_;
  std::array<std::array<std::optional<AtaDisk>, kDrives>, kChannels> disks_;
};

}  // namespace mobius::drivers
