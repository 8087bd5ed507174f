// The device's side of a packet command (sim_ide_drive.h). Numbers from ATA/ATAPI-6 and MMC-3.
#include "sim/sim_ide_drive.h"

#include <algorithm>
#include <cstring>

namespace mobius::sim {
namespace {

constexpr uint8_t kAborted = 0x04;
constexpr uint8_t kReasonPacket = 1, kReasonData = 2, kReasonEnd = 3;

}  // namespace

SimIdeDrive::SimIdeDrive(std::vector<std::byte> image, SimDriveOptions options)
    : image_(std::move(image)), options_(options),
      unit_attention_(options.unit_attention_at_first) {}

uint8_t SimIdeDrive::read(unsigned offset) {
  switch (offset) {
    case 1: return error_;
    case 2: return reason_;
    case 4: return static_cast<uint8_t>(byte_count_);
    case 5: return static_cast<uint8_t>(byte_count_ >> 8);
    case 7: return status(true);
    default: return 0;
  }
}

void SimIdeDrive::write(unsigned offset, uint8_t value) {
  if (status_.is_busy() || status_.shows_busy()) violation("task file written while busy");
  if (offset == 1) features_ = value;
  if (offset == 4) byte_count_ = static_cast<uint16_t>((byte_count_ & 0xFF00) | value);
  if (offset == 5) byte_count_ = static_cast<uint16_t>((byte_count_ & 0x00FF) | value << 8);
}

void SimIdeDrive::command(uint8_t code, uint64_t) {
  if (status_.is_busy()) return violation("command while busy");
  accept_command();
  if (code == 0xA1) return identify();
  if (code == 0xA0) {
    if (!faults.empty() && faults.front() == SimIdeFault::RefusesPacket) {
      faults.pop_front();
      return check_condition(3, 0x11);
    }
    limit_ = byte_count_;
    if (limit_ == 0 || limit_ == 0xFFFF) violation("byte count limit");
    packet_bytes_ = 0;
    reason_ = kReasonPacket;
    state_ = State::Packet;
    status_ = kReady | kDrq;
    if (options_.interrupt_for_packet) raise();
    return;
  }
  error_ = kAborted;
  byte_count_ = 0xEB14;
  end(kReady | kErr);
}

uint16_t SimIdeDrive::read_data(uint64_t now) {
  if (state_ != State::DataIn) {
    violation("data read that nobody offered");
    return 0xFFFF;
  }
  uint16_t word = 0;
  std::memcpy(&word, &data_[sent_], std::min<size_t>(2, piece_end_ - sent_));
  sent_ += 2;
  if (sent_ < piece_end_) return word;
  sent_ = piece_end_;
  if (data_.size() == 512 && packet_bytes_ == 0) {  // IDENTIFY: one piece, no interrupt at the end
    state_ = State::Idle;
    status_ = kReady;
    return word;
  }
  status_.lags();
  state_ = State::Working;
  status_ = kBsy;
  due_ = now + 1;
  return word;
}

void SimIdeDrive::write_data(uint16_t word, uint64_t now) {
  if (state_ != State::Packet || status_.shows_busy()) return violation("data written unasked");
  std::memcpy(packet_ + packet_bytes_, &word, 2);
  packet_bytes_ += 2;
  if (packet_bytes_ == sizeof packet_) run_packet(now);
}

void SimIdeDrive::run_packet(uint64_t now) {
  status_.lags();
  state_ = State::Working;
  status_ = kBsy;
  reason_ = kReasonEnd;
  data_.clear();
  sent_ = piece_end_ = 0;
  due_ = now + options_.latency;
  const bool reads = packet_[0] == 0x28 || packet_[0] == 0xA8;
  fault_ = SimIdeFault::None;
  if (!reads) return;
  ++this->reads;
  if (features_ & 1) ++dma_reads;
  if ((features_ & 1) && options_.dma_direction && !(features_ & 4)) violation("DMA direction");
  take_fault();
  begin_fault();
  if (fault_ == SimIdeFault::StuckData) reason_ = kReasonPacket;
}

void SimIdeDrive::advance(uint64_t now) {
  if (now < due_) return;
  if (state_ == State::Resetting) {
    state_ = State::Idle;
    status_ = 0;  // packet drives come out of reset without DRDY
  } else if (state_ == State::Working) {
    if (sent_ < data_.size()) offer();
    else if (!data_.empty()) end(kReady);
    else perform();
  }
}

void SimIdeDrive::answer(std::vector<std::byte> bytes) {
  data_ = std::move(bytes);
  sent_ = piece_end_ = 0;
  if (features_ & 1) {
    if (!options_.dma) violation("DMA of a drive that has none");
    state_ = State::Dma;
    status_ = kReady | kDrq;
  } else {
    offer();
  }
}

void SimIdeDrive::offer() {
  const size_t left = data_.size() - sent_;
  size_t piece = options_.long_answers ? left : std::min<size_t>(left, limit_);
  if (piece < data_.size() - sent_) piece &= ~size_t{1};
  piece_end_ = sent_ + piece;
  byte_count_ = static_cast<uint16_t>(fault_ == SimIdeFault::ZeroOffer ? 0 : piece);
  reason_ = kReasonData;
  state_ = State::DataIn;
  status_ = kReady | kDrq;
  raise();
}

void SimIdeDrive::end(uint8_t status) {
  reason_ = kReasonEnd;
  SimIdeDevice::end(status);
}

void SimIdeDrive::dma_moved(size_t bytes, uint64_t) {
  sent_ += bytes;
  if (sent_ == data_.size()) end(kReady);
}

void SimIdeDrive::end_reset(uint64_t now) {
  if (state_ != State::Resetting) return;
  SimIdeDevice::end_reset(now);
  reason_ = 1;
  byte_count_ = 0xEB14;
  unit_attention_ = true;
}

}  // namespace mobius::sim
