// A disk's commands from the registers to the data, and what to do where one ends badly.
#include "drivers/ata_disk.h"

#include <algorithm>

namespace mobius::drivers {
namespace {

constexpr unsigned kAttempts = 4;
constexpr unsigned kDmaFailuresAllowed = 2;
constexpr uint8_t kFailed = ide_status::kError | ide_status::kDeviceFault;

}  // namespace

AtaDisk::AtaDisk(IdeChannel& channel, mm::FrameMemory& memory, Place place,
                 const AtaIdentity& identity, TellGivenUp tell)
    : channel_(channel),
      memory_(memory),
      place_(place),
      identity_(identity),
      tell_(tell),
      dma_(channel.bus_master().present() && identity.dma) {}

Result<void> AtaDisk::transfer(mm::Transfer direction, uint64_t first_sector,
                               std::span<const FrameNumber> frames) {
  const uint64_t end = identity_.sectors;
  if (frames.empty() || frames.size() > mm::PageDevice::kMaxPages || first_sector >= end ||
      frames.size() * kSectorsPerPage > end - first_sector) {
    return Failure(Error::BadArgument);
  }
  constexpr size_t kMostShort = AtaCommand::kMaxShortSectors / kSectorsPerPage;
  const size_t most = identity_.lba48 ? frames.size() : kMostShort;
  mm::SleepingGuard guard(channel_.turn());
  for (; !frames.empty(); first_sector += most * kSectorsPerPage) {
    const auto part = frames.first(std::min(frames.size(), most));
    TRY(execute({direction, first_sector, part}));
    frames = frames.subspan(part.size());
  }
  return {};
}

Result<void> AtaDisk::execute(const AtaCommand& command) {
  if (given_up()) return Failure(Error::TimedOut);
  Way way = dma_ && channel_.bus_master().can_reach(command.frames) ? Way::Dma : Way::Pio;
  // Where the last transfer got no answer, minutes are not spent on the next one.
  for (unsigned attempts = unanswered_ != 0 ? kAttempts : 1;; ++attempts) {
    const End end = attempt(command, way);
    if (end == End::Done) {
      if (way == Way::Dma) ++counters_.dma_commands;
      unanswered_ = 0;
      return {};
    }
    if (way == Way::Dma && end != End::Refused) {
      note_dma_failure();
      way = Way::Pio;
    }
    if (end == End::Stuck || end == End::Silent) channel_.reset();
    if (attempts >= kAttempts) return Failure(note_failure(end));
    ++counters_.repeats;
  }
}

Error AtaDisk::note_failure(End end) {
  ++counters_.errors;
  unanswered_ = end == End::Silent ? unanswered_ + 1 : 0;
  if (given_up()) {
    channel_.take_offline(place_.drive);
    if (tell_ != nullptr) tell_(place_.channel, place_.drive);
  }
  return end == End::Silent ? Error::TimedOut : Error::IoError;
}

void AtaDisk::note_dma_failure() {
  if (++counters_.dma_failures >= kDmaFailuresAllowed) dma_ = false;
}

AtaDisk::End AtaDisk::attempt(const AtaCommand& command, Way way) {
  if (!channel_.select(place_.drive)) return End::Silent;
  if (way == Way::Dma) channel_.bus_master().prepare(command.direction, command.frames);
  ++counters_.commands;
  command.issue(channel_, place_.drive, way);
  return way == Way::Dma ? finish_dma() : finish_pio(command);
}

AtaDisk::End AtaDisk::finish_dma() {
  const auto outcome = channel_.run_dma();
  if (!outcome) return End::Silent;
  if (outcome->status & kFailed) return judge_refusal();
  return outcome->engine == IdeBusMaster::End::Complete ? End::Done : End::Failed;
}

AtaDisk::End AtaDisk::judge_refusal() {
  // An aborted Ultra DMA burst: the medium has nothing to do with it.
  return channel_.read(IdeRegister::Error) & ide_error::kInterfaceCrc ? End::Failed : End::Refused;
}

AtaDisk::End AtaDisk::finish_pio(const AtaCommand& command) {
  // Each sector is announced by an interrupt, but the first that is to be written.
  auto until = command.direction == mm::Transfer::Write ? IdeChannel::Until::DataRequest
                                                        : IdeChannel::Until::NotBusy;
  for (FrameNumber frame : command.frames) {
    for (uint32_t offset = 0; offset < kPageSize; offset += kAtaSectorBytes) {
      const End end = move_sector(command.direction, {frame, offset, kAtaSectorBytes}, until);
      if (end != End::Done) return end;
      until = IdeChannel::Until::NotBusy;
    }
  }
  // A disk that has been read is done with its last sector; one that was written tells.
  if (!channel_.await(IdeChannel::Until::NotBusy)) return End::Silent;
  const uint8_t status = channel_.read(IdeRegister::Status);
  if (status & ide_status::kDataRequest) return End::Stuck;
  return status & kFailed ? judge_refusal() : End::Done;
}

AtaDisk::End AtaDisk::move_sector(mm::Transfer direction, FrameSpan span,
                                  IdeChannel::Until until) {
  if (!channel_.await(until)) return End::Silent;
  const uint8_t status = channel_.read(IdeRegister::Status);
  const bool offered = (status & ide_status::kDataRequest) != 0;
  // Some disks wait until the sector has been taken that they could not read.
  if (status & kFailed) return offered ? End::Stuck : judge_refusal();
  if (!offered) return End::Failed;
  uint16_t words[kAtaSectorBytes / 2];
  if (direction == mm::Transfer::Read) {
    channel_.read_data(words, kAtaSectorBytes / 2);
    memory_.write(span, words);
  } else {
    memory_.read(span, words);
    channel_.write_data(words, kAtaSectorBytes / 2);
  }
  channel_.settle();
  return End::Done;
}

}  // namespace mobius::drivers
