// IDE: the names of registers, bits and commands.
//
// Sources: ATA/ATAPI-6 (T13 1410D) 5, 7 and 9; Programming Interface for Bus Master IDE
// Controller 1.0; Intel 82371SB (PIIX3) 2.7.
#pragma once

#include <cstdint>

namespace mobius::drivers {

// Offsets in the command block (eight ports from IdePorts::command).
enum class IdeRegister : uint8_t {
  Data = 0,
  Error = 1,     // read; sense key << 4 after a packet command
  Features = 1,  // write
  SectorCount = 2,
  InterruptReason = 2,  // packet commands
  LbaLow = 3,
  LbaMid = 4,
  ByteCountLow = 4,   // packet commands; signature after reset
  LbaHigh = 5,
  ByteCountHigh = 5,
  Device = 6,
  Status = 7,   // read; takes the interrupt back
  Command = 7,  // write
};

namespace ide_status {
inline constexpr uint8_t kError = 0x01;  // CHECK CONDITION of a packet command
inline constexpr uint8_t kDataRequest = 0x08;
inline constexpr uint8_t kDeviceFault = 0x20;
inline constexpr uint8_t kReady = 0x40;
inline constexpr uint8_t kBusy = 0x80;
}  // namespace ide_status

namespace ide_error {
inline constexpr uint8_t kInterfaceCrc = 0x80;  // the cable's fault, of Ultra DMA
}  // namespace ide_error

namespace ide_control {
inline constexpr uint8_t kNoInterrupt = 0x02;
inline constexpr uint8_t kReset = 0x04;
}  // namespace ide_control

namespace ide_reason {
inline constexpr uint8_t kCommand = 0x01;  // 1: the device asks for the packet, 0: data
inline constexpr uint8_t kToHost = 0x02;
}  // namespace ide_reason

namespace ide_feature {
inline constexpr uint8_t kDma = 0x01;
inline constexpr uint8_t kDmaToHost = 0x04;  // for bridges whose IDENTIFY word 62 asks for it
}  // namespace ide_feature

namespace ide_command {
inline constexpr uint8_t kPacket = 0xA0;
inline constexpr uint8_t kIdentifyPacket = 0xA1;
inline constexpr uint8_t kIdentify = 0xEC;
// ... Ext: 48-bit addresses, up to 65,536 sectors; the others: 28 bits, up to 256 (written as 0).
inline constexpr uint8_t kReadSectors = 0x20;
inline constexpr uint8_t kReadSectorsExt = 0x24;
inline constexpr uint8_t kReadDmaExt = 0x25;
inline constexpr uint8_t kWriteSectors = 0x30;
inline constexpr uint8_t kWriteSectorsExt = 0x34;
inline constexpr uint8_t kWriteDmaExt = 0x35;
inline constexpr uint8_t kReadDma = 0xC8;
inline constexpr uint8_t kWriteDma = 0xCA;
}  // namespace ide_command

inline constexpr uint8_t kIdeDeviceBase = 0xA0;  // bits that old drives want set
inline constexpr uint8_t kIdeDeviceSecond = 0x10;
inline constexpr uint8_t kIdeDeviceLba = 0x40;
inline constexpr uint8_t kAtapiSignatureLow = 0x14;
inline constexpr uint8_t kAtapiSignatureHigh = 0xEB;

// Offsets in the bus master's block (eight ports per channel).
namespace bus_master {
inline constexpr uint16_t kCommand = 0;
inline constexpr uint16_t kStatus = 2;
inline constexpr uint16_t kTable = 4;  // 32 bits: physical address of the descriptor table

inline constexpr uint8_t kCommandStart = 0x01;
inline constexpr uint8_t kCommandToMemory = 0x08;
inline constexpr uint8_t kStatusActive = 0x01;
inline constexpr uint8_t kStatusError = 0x02;      // write 1 to clear
inline constexpr uint8_t kStatusInterrupt = 0x04;  // write 1 to clear
inline constexpr uint8_t kStatusDrivesMask = 0x60;  // the BIOS's notes, kept

// A descriptor: address, then byte count and this mark on the last one.
inline constexpr uint32_t kLastDescriptor = 0x80000000;
}  // namespace bus_master

}  // namespace mobius::drivers
