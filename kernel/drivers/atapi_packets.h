// ATAPI: the packets we send and the answers we read, as pure functions over bytes.
//
// Sources: SCSI Primary Commands 3 (REQUEST SENSE), SCSI Block / MMC-3 (READ, READ CAPACITY).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace mobius::drivers {

using AtapiPacket = std::array<uint8_t, 12>;

inline constexpr uint32_t kCdBlockBytes = 2048;
inline constexpr uint32_t kSenseBytes = 18;
inline constexpr uint32_t kCapacityBytes = 8;

// READ(10) where the numbers fit, which every drive knows, else READ(12).
AtapiPacket read_packet(uint32_t first, uint32_t blocks);
AtapiPacket sense_packet();
AtapiPacket capacity_packet();

// What to do about a command that ended with CHECK CONDITION.
enum class SenseAdvice : uint8_t {
  Repeat,     // UNIT ATTENTION: the drive had news for us, the command was not even tried
  GetsReady,  // try again after a while
  Retry,      // went wrong this time: dirt, noise
  GiveUp,     // will not get better: no medium, nonsense asked for
};
SenseAdvice judge_sense(std::span<const uint8_t, kSenseBytes> sense);

// Number of blocks; absent where the medium has blocks of another size than kCdBlockBytes.
std::optional<uint64_t> parse_capacity(std::span<const uint8_t, kCapacityBytes> answer);

}  // namespace mobius::drivers
