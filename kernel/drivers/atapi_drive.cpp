// A packet command from the registers to the data, and what to do where it ends badly.
#include "drivers/atapi_drive.h"

#include <algorithm>

#include "drivers/ata_identity.h"

namespace mobius::drivers {
namespace {

constexpr unsigned kRetries = 3;
// A drive may have several pieces of news, after a reset for instance.
constexpr unsigned kRepeats = 8;
constexpr unsigned kReadinessChecks = 40;
constexpr unsigned kDmaFailuresAllowed = 2;
constexpr uint32_t kPieceBytes = 512;
// The drive may offer more than was asked for; more than this and it is out of its mind.
constexpr uint32_t kMaxSurplusBytes = 0x10000;

// IDENTIFY PACKET DEVICE: ATA/ATAPI-7 6.17. A drive that needs the direction says in the same word
// whether it has DMA, and leaves word 49 clear.
constexpr unsigned kWordModel = 27;
constexpr unsigned kWordDmaDirection = 62;
constexpr uint16_t kDmaDirectionNeeded = 1u << 15, kDmaWithDirection = 1u << 10;

bool has_dma(std::span<const uint16_t, 256> identity) {
  constexpr uint16_t both = kDmaDirectionNeeded | kDmaWithDirection;
  return identity_has_dma(identity) || (identity[kWordDmaDirection] & both) == both;
}

}  // namespace

AtapiDrive::AtapiDrive(IdeChannel& channel, mm::FrameMemory& memory, unsigned drive,
                       std::span<const uint16_t, 256> identity)
    : channel_(channel),
      memory_(memory),
      drive_(drive),
      dma_(channel.bus_master().present() && has_dma(identity)),
      dma_direction_bit_((identity[kWordDmaDirection] & kDmaDirectionNeeded) != 0) {
  for (unsigned i = 0; i < sizeof model_; ++i) {
    const uint16_t word = identity[kWordModel + i / 2];
    const auto c = static_cast<uint8_t>(i % 2 == 0 ? word >> 8 : word);
    model_[i] = c >= ' ' && c < 0x7F ? static_cast<char>(c) : ' ';
    if (model_[i] != ' ') model_length_ = i + 1;
  }
}

Result<void> AtapiDrive::read_capacity() {
  uint8_t answer[kCapacityBytes] = {};
  Sink sink{.frame = {}, .bytes = answer, .size_bytes = sizeof answer};
  mm::SleepingGuard guard(channel_.turn());
  TRY(execute(capacity_packet(), sink));
  const auto blocks = parse_capacity(answer);
  if (!blocks) return Failure(Error::IoError);
  block_count_ = *blocks;
  return {};
}

Result<void> AtapiDrive::read(uint64_t first, uint32_t blocks, FrameSpan into) {
  if (blocks == 0 || first >= block_count_ || blocks > block_count_ - first ||
      blocks > kPageSize / kCdBlockBytes || into.bytes != blocks * kCdBlockBytes ||
      into.offset > kPageSize - into.bytes) {
    return Failure(Error::BadArgument);
  }
  Sink sink{.frame = into, .bytes = nullptr, .size_bytes = into.bytes};
  mm::SleepingGuard guard(channel_.turn());
  ++counters_.reads;
  auto result = execute(read_packet(static_cast<uint32_t>(first), blocks), sink);
  if (!result) ++counters_.errors;
  return result;
}

Result<void> AtapiDrive::execute(const AtapiPacket& packet, Sink& sink) {
  Way way = dma_ && sink.bytes == nullptr && channel_.bus_master().can_reach(sink.frame)
                ? Way::Dma
                : Way::Pio;
  unsigned retries = 0, repeats = 0, readiness_checks = 0;
  for (;;) {
    const End end = attempt(packet, sink, way);
    if (end == End::Done) {
      if (way == Way::Dma) ++counters_.dma_reads;
      return {};
    }
    ++counters_.repeats;
    if (end == End::Refused) {
      const SenseAdvice advice = ask_sense();
      if (advice == SenseAdvice::GiveUp) return Failure(Error::IoError);
      if (advice == SenseAdvice::Repeat && ++repeats <= kRepeats) continue;
      if (advice == SenseAdvice::GetsReady && ++readiness_checks <= kReadinessChecks) {
        channel_.pause(channel_.timing().not_ready_ns);
        continue;
      }
    } else if (way == Way::Dma) {
      note_dma_failure();
      way = Way::Pio;
    }
    if (end == End::Stuck) channel_.reset();
    if (++retries > kRetries) return Failure(Error::IoError);
  }
}

void AtapiDrive::note_dma_failure() {
  if (++counters_.dma_failures >= kDmaFailuresAllowed) dma_ = false;
}

SenseAdvice AtapiDrive::ask_sense() {
  uint8_t sense[kSenseBytes] = {};
  Sink sink{.frame = {}, .bytes = sense, .size_bytes = sizeof sense};
  const End end = attempt(sense_packet(), sink, Way::Pio);
  if (end == End::Stuck) channel_.reset();
  // Some drives send fewer bytes than asked for: the key is in the third.
  return sink.filled_bytes > 2 && end != End::Stuck ? judge_sense(sense) : SenseAdvice::Retry;
}

AtapiDrive::End AtapiDrive::attempt(const AtapiPacket& packet, Sink& sink, Way way) {
  sink.filled_bytes = 0;
  if (!channel_.select(drive_)) return End::Stuck;
  if (way == Way::Dma) channel_.bus_master().prepare_read(sink.frame);
  const uint8_t dma = ide_feature::kDma | (dma_direction_bit_ ? ide_feature::kDmaToHost : 0);
  channel_.write(IdeRegister::Features, way == Way::Dma ? dma : 0);
  channel_.write(IdeRegister::ByteCountLow, static_cast<uint8_t>(sink.size_bytes));
  channel_.write(IdeRegister::ByteCountHigh, static_cast<uint8_t>(sink.size_bytes >> 8));
  channel_.write(IdeRegister::Command, ide_command::kPacket);
  channel_.settle();
  const auto asked = channel_.await(IdeChannel::Until::DataRequest);
  if (!asked) return End::Stuck;
  if (*asked & ide_status::kError) return End::Refused;
  uint16_t words[6];
  std::copy_n(packet.data(), packet.size(), reinterpret_cast<uint8_t*>(words));
  channel_.write_data(words, 6);
  channel_.settle();
  return way == Way::Dma ? finish_dma() : finish_pio(sink);
}

AtapiDrive::End AtapiDrive::finish_dma() {
  const auto outcome = channel_.run_dma();
  if (!outcome) return End::Stuck;
  if (outcome->status & ide_status::kError) return End::Refused;
  return outcome->engine == IdeBusMaster::End::Complete ? End::Done : End::Failed;
}

AtapiDrive::End AtapiDrive::finish_pio(Sink& sink) {
  for (;;) {
    if (!channel_.await(IdeChannel::Until::NotBusy)) return End::Stuck;
    const uint8_t status = channel_.read(IdeRegister::Status);
    if (status & ide_status::kDataRequest) {
      if (!take_piece(sink)) return End::Stuck;
      continue;
    }
    if (status & ide_status::kError) return End::Refused;
    return sink.filled_bytes >= sink.size_bytes ? End::Done : End::Failed;
  }
}

// Takes the data the drive offers in one go. False where the offer makes no sense.
bool AtapiDrive::take_piece(Sink& sink) {
  const uint8_t reason = channel_.read(IdeRegister::InterruptReason);
  if ((reason & (ide_reason::kCommand | ide_reason::kToHost)) != ide_reason::kToHost) return false;
  uint32_t offered = channel_.read(IdeRegister::ByteCountLow);
  offered |= static_cast<uint32_t>(channel_.read(IdeRegister::ByteCountHigh)) << 8;
  if (offered == 0 || sink.filled_bytes > sink.size_bytes + kMaxSurplusBytes) return false;
  while (offered > 0) {
    uint16_t piece[kPieceBytes / 2];
    const uint32_t bytes = std::min(offered, kPieceBytes);
    channel_.read_data(piece, (bytes + 1) / 2);
    store(sink, reinterpret_cast<const uint8_t*>(piece), bytes);
    offered -= bytes;
  }
  channel_.settle();
  return true;
}

void AtapiDrive::store(Sink& sink, const uint8_t* from, uint32_t bytes) {
  if (sink.filled_bytes < sink.size_bytes) {
    const uint32_t wanted = std::min(bytes, sink.size_bytes - sink.filled_bytes);
    if (sink.bytes != nullptr) {
      std::copy_n(from, wanted, sink.bytes + sink.filled_bytes);
    } else {
      memory_.write({sink.frame.frame, sink.frame.offset + sink.filled_bytes, wanted}, from);
    }
  }
  sink.filled_bytes += bytes;
}

}  // namespace mobius::drivers
