// ATAPI packets and answers. Numbers in them are big-endian.
#include "drivers/atapi_packets.h"

namespace mobius::drivers {
namespace {

constexpr uint8_t kRequestSense = 0x03;
constexpr uint8_t kReadCapacity = 0x25;
constexpr uint8_t kRead10 = 0x28;
constexpr uint8_t kRead12 = 0xA8;

// Sense keys, and two of the additional codes.
constexpr uint8_t kNotReady = 0x2;
constexpr uint8_t kIllegalRequest = 0x5;
constexpr uint8_t kUnitAttention = 0x6;
constexpr uint8_t kDataProtect = 0x7;
constexpr uint8_t kBecomingReady = 0x04;
constexpr uint8_t kBlockOutOfRange = 0x21;

void put_be32(uint8_t* to, uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<uint8_t>(value >> (24 - 8 * i));
}

uint32_t get_be32(const uint8_t* from) {
  return static_cast<uint32_t>(from[0]) << 24 | static_cast<uint32_t>(from[1]) << 16 |
         static_cast<uint32_t>(from[2]) << 8 | from[3];
}

}  // namespace

AtapiPacket read_packet(uint32_t first, uint32_t blocks) {
  AtapiPacket packet{};
  put_be32(&packet[2], first);
  if (blocks <= 0xFFFF) {
    packet[0] = kRead10;
    packet[7] = static_cast<uint8_t>(blocks >> 8);
    packet[8] = static_cast<uint8_t>(blocks);
  } else {
    packet[0] = kRead12;
    put_be32(&packet[6], blocks);
  }
  return packet;
}

AtapiPacket sense_packet() { return {kRequestSense, 0, 0, 0, kSenseBytes}; }

AtapiPacket capacity_packet() { return {kReadCapacity}; }

SenseAdvice judge_sense(std::span<const uint8_t, kSenseBytes> sense) {
  const uint8_t key = sense[2] & 0x0F;
  switch (key) {
    case kUnitAttention:
      return SenseAdvice::Repeat;
    case kNotReady:
      return sense[12] == kBecomingReady ? SenseAdvice::GetsReady : SenseAdvice::GiveUp;
    case kIllegalRequest:
      // We ask for no block that READ CAPACITY has not told us of. QEMU says this of a block that
      // its host could not read.
      return sense[12] == kBlockOutOfRange ? SenseAdvice::Retry : SenseAdvice::GiveUp;
    case kDataProtect:
      return SenseAdvice::GiveUp;
    default:
      return SenseAdvice::Retry;
  }
}

std::optional<uint64_t> parse_capacity(std::span<const uint8_t, kCapacityBytes> answer) {
  if (get_be32(&answer[4]) != kCdBlockBytes) return std::nullopt;
  return static_cast<uint64_t>(get_be32(&answer[0])) + 1;
}

}  // namespace mobius::drivers
