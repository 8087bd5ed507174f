// The device's side of a disk's commands (sim_ide_disk.h). Numbers from ATA/ATAPI-6.
#include "sim/sim_ide_disk.h"

#include <algorithm>
#include <cstring>

namespace mobius::sim {
namespace {

constexpr uint8_t kAborted = 0x04, kNotFound = 0x10, kUncorrectable = 0x40, kCrc = 0x80;
constexpr size_t kBytes = sizeof(SimSector);

}  // namespace

uint8_t SimIdeDisk::read(unsigned offset) {
  if (offset == 1) return error_;
  return offset == 7 ? status(true) : task_.read(offset);
}

void SimIdeDisk::write(unsigned offset, uint8_t value) {
  if (status_.is_busy() || status_.shows_busy()) violation("task file written while busy");
  task_.write(offset, value);
}

SimIdeDisk::Code SimIdeDisk::decode(uint8_t code) {
  switch (code) {
    case 0x20: return {true, false, false, false};
    case 0x24: return {true, false, false, true};
    case 0x25: return {true, false, true, true};
    case 0x30: return {true, true, false, false};
    case 0x34: return {true, true, false, true};
    case 0x35: return {true, true, true, true};
    case 0xC8: return {true, false, true, false};
    case 0xCA: return {true, true, true, false};
    default: return {false, false, false, false};
  }
}

void SimIdeDisk::command(uint8_t code, uint64_t now) {
  if (status_.is_busy()) return violation("command while busy");
  accept_command();
  sent_ = 0;
  fault_ = SimIdeFault::None;
  identifies_ = code == 0xEC;
  if (identifies_) return identify();
  const Code decoded = decode(code);
  if (!decoded.known || (decoded.is_long && !options_.lba48)) return fail(kAborted);
  begin(decoded, now);
}

void SimIdeDisk::identify() {
  std::vector<uint16_t> words(256);
  words[0] = 0x0040;
  const std::string model = "Simulated Disk 1986                     ";
  for (int i = 0; i < 20; ++i) {
    words[27 + i] = static_cast<uint16_t>(model[2 * i] << 8 | model[2 * i + 1]);
  }
  words[49] = static_cast<uint16_t>((options_.lba ? 0x0200 : 0) | (options_.dma ? 0x0100 : 0));
  const uint64_t low = std::min<uint64_t>(options_.sectors, 0x0FFFFFFF);
  words[60] = static_cast<uint16_t>(low), words[61] = static_cast<uint16_t>(low >> 16);
  words[83] = options_.lba48 ? 0x4400 : 0x4000;
  for (int i = 0; i < 4 && !options_.short_number_only; ++i) {
    words[100 + i] = static_cast<uint16_t>(options_.sectors >> 16 * i);
  }
  words[106] = options_.long_sectors ? 0x5000 : 0x4000;
  data_.resize(512);
  std::memcpy(data_.data(), words.data(), 512);
  state_ = State::DataIn;
  status_ = kReady | kDrq;
  raise();
}

void SimIdeDisk::begin(const Code& code, uint64_t now) {
  first_ = task_.first(code.is_long);
  count_ = task_.count(code.is_long);
  if (!task_.is_lba()) violation("an address that is no LBA");
  writes_ = code.writes;
  dma_ = code.dma;
  if (dma_ && !options_.dma) violation("DMA of a disk that has none");
  ++(writes_ ? writes : reads);
  if (dma_) ++dma_commands;
  if (code.is_long) ++long_commands;
  most_sectors = std::max(most_sectors, static_cast<uint32_t>(count_));
  data_.assign(count_ * kBytes, std::byte{0});
  stored_ = 0;
  state_ = State::Working;
  status_ = kBsy;
  due_ = now + options_.latency;
  take_fault();
  begin_fault();
}

void SimIdeDisk::advance(uint64_t now) {
  if (now < due_) return;
  if (state_ == State::Working) status_.settled();
  if (state_ == State::Resetting) {
    state_ = State::Idle;
    status_ = kReady;
  } else if (state_ == State::Working) {
    if (fault_ == SimIdeFault::MediumError) return fail(kUncorrectable);
    if (fault_ == SimIdeFault::DeviceFault) return end(kReady | kFault);
    if (sent_ == 0) return begin_data(now);
    next_sector(now);
  }
}

// The first data may move: all there is up to the first bad sector, of a read.
void SimIdeDisk::begin_data(uint64_t now) {
  if (!writes_) {
    uint64_t good = 0;
    while (good < count_ && sectors.can_read(first_ + good)) {
      std::ranges::copy(sectors.get(first_ + good), &data_[good * kBytes]);
      ++good;
    }
    data_.resize(good * kBytes);
  }
  const bool half = fault_ == SimIdeFault::ShortData || (fault_ == SimIdeFault::CrcError && dma_);
  if (half) data_.resize(count_ / 2 * kBytes);
  if (data_.empty()) return finish();
  if (dma_) {
    state_ = State::Dma;  // and busy: a disk may show BSY or DRQ meanwhile
  } else {
    next_sector(now);
  }
}

// By PIO: offers or wants the next sector, or ends.
void SimIdeDisk::next_sector(uint64_t) {
  if (writes_) store(sent_ / kBytes);
  const bool failed = writes_ && stored_ < sent_ / kBytes && fault_ != SimIdeFault::FaultAtEnd;
  if (sent_ == data_.size() || failed) return finish();
  state_ = writes_ ? State::DataOut : State::DataIn;
  status_ = kReady | kDrq;
  if (fault_ == SimIdeFault::ErrorWithData && !writes_) {
    status_ = kReady | kDrq | kErr;
    std::ranges::fill(data_, std::byte{0xEE});
  }
  if (!writes_ || sent_ > 0) raise();
}

void SimIdeDisk::store(uint64_t count) {
  if (fault_ == SimIdeFault::FaultAtEnd) return;
  for (; stored_ < count && sectors.can_write(first_ + stored_); ++stored_) {
    SimSector bytes;
    std::copy_n(&data_[stored_ * kBytes], kBytes, bytes.begin());
    sectors.put(first_ + stored_, bytes);
  }
}

void SimIdeDisk::finish() {
  if (writes_) store(data_.size() / kBytes);
  const uint64_t done = writes_ ? stored_ : data_.size() / kBytes;
  if (fault_ == SimIdeFault::CrcError && dma_) return fail(kCrc | kAborted);
  if (fault_ == SimIdeFault::FaultAtEnd && writes_) return end(kReady | kFault);
  if (done == count_ || fault_ == SimIdeFault::ShortData) return end(kReady);
  fail(first_ + done >= sectors.count() ? kNotFound : kUncorrectable);
}

uint16_t SimIdeDisk::read_data(uint64_t now) {
  if (stuck_with_data()) return 0xDEAD;
  if (state_ != State::DataIn || status_.shows_busy()) {
    violation("data read that nobody offered");
    return 0xFFFF;
  }
  uint16_t word = 0;
  std::memcpy(&word, &data_[sent_], 2);
  sent_ += 2;
  if (sent_ % kBytes != 0) return word;
  status_.lags();
  if (sent_ == data_.size() && (identifies_ || sent_ == count_ * kBytes)) {
    state_ = State::Idle;  // without another interrupt
    status_ = kReady;
    return word;
  }
  state_ = State::Working;
  status_ = kBsy;
  due_ = now + 1;
  return word;
}

void SimIdeDisk::write_data(uint16_t word, uint64_t now) {
  if (stuck_with_data()) return;
  if (state_ != State::DataOut || status_.shows_busy()) return violation("data written unasked");
  std::memcpy(&data_[sent_], &word, 2);
  sent_ += 2;
  if (sent_ % kBytes != 0) return;
  status_.lags();
  state_ = State::Working;
  status_ = kBsy;
  due_ = now + 1;
}

void SimIdeDisk::dma_moved(size_t bytes, uint64_t) {
  sent_ += bytes;
  if (sent_ == data_.size()) finish();
}

}  // namespace mobius::sim
