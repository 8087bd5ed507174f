// What a simulated drive answers to each command (sim_ide_drive.h).
#include <algorithm>
#include <cstring>

#include "sim/sim_ide_drive.h"

namespace mobius::sim {
namespace {

constexpr uint8_t kAborted = 0x04;
constexpr uint8_t kReasonData = 2;

void put_be32(std::byte* to, uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<std::byte>(value >> (24 - 8 * i));
}
uint32_t be32(const uint8_t* p) { return p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }

}  // namespace

void SimIdeDrive::identify() {
  std::vector<uint16_t> words(256);
  words[0] = 0x85C0;
  const std::string model = "Simulated CD 2000                       ";
  for (int i = 0; i < 20; ++i) {
    words[27 + i] = static_cast<uint16_t>(model[2 * i] << 8 | model[2 * i + 1]);
  }
  words[49] = options_.dma && !options_.dma_direction ? 0x0300 : 0x0200;
  words[62] = !options_.dma_direction ? 0 : options_.dma ? 0x8400 : 0x8000;
  data_.resize(512);
  std::memcpy(data_.data(), words.data(), 512);
  sent_ = packet_bytes_ = 0;
  piece_end_ = 512;
  reason_ = kReasonData;
  state_ = State::DataIn;
  status_ = kReady | kDrq;
  raise();
}

void SimIdeDrive::perform() {
  const uint8_t operation = packet_[0];
  if (operation == 0x03) {
    ++senses;
    if (sense_fails_) {
      sense_fails_ = false;
      return check_condition(5, 0x24);
    }
    std::vector<std::byte> sense(18);
    if (unit_attention_) sense_key_ = 6, sense_code_ = 0x29;
    unit_attention_ = false;
    sense[0] = std::byte{0x70};
    sense[2] = static_cast<std::byte>(sense_key_);
    sense[7] = std::byte{10};
    sense[12] = static_cast<std::byte>(sense_code_);
    sense_key_ = sense_code_ = 0;
    return answer(std::move(sense));
  }
  if (unit_attention_) return check_condition(6, 0x29);
  if (!options_.medium) return check_condition(2, 0x3A);
  if (operation == 0x25) {
    std::vector<std::byte> capacity(8);
    put_be32(&capacity[0], static_cast<uint32_t>(image_.size() / 2048) - 1);
    put_be32(&capacity[4], options_.block_bytes);
    if (options_.long_answers) capacity.resize(601);
    return answer(std::move(capacity));
  }
  if (operation == 0x28) return start_read(be32(&packet_[2]), packet_[7] << 8 | packet_[8]);
  if (operation == 0xA8) return start_read(be32(&packet_[2]), be32(&packet_[6]));
  check_condition(5, 0x20);
}

void SimIdeDrive::start_read(uint32_t first, uint32_t blocks) {
  switch (fault_) {
    case SimIdeFault::MediumError: return check_condition(3, 0x11);
    case SimIdeFault::NotReadyYet: return check_condition(2, 0x04);
    case SimIdeFault::NoMedium: return check_condition(2, 0x3A);
    case SimIdeFault::UnitAttention: unit_attention_ = true; return check_condition(6, 0x28);
    case SimIdeFault::ErrorAndNoSense: sense_fails_ = true; return check_condition(3, 0x11);
    default: break;
  }
  const uint64_t begin = uint64_t{first} * 2048, bytes = uint64_t{blocks} * 2048;
  if (begin + bytes > image_.size()) return check_condition(5, 0x21);
  std::vector<std::byte> data(image_.begin() + static_cast<ptrdiff_t>(begin),
                              image_.begin() + static_cast<ptrdiff_t>(begin + bytes));
  if (fault_ == SimIdeFault::ShortData) data.resize(data.size() / 2);
  if (fault_ == SimIdeFault::SurplusData && !(features_ & 1)) data.resize(data.size() * 2);
  answer(std::move(data));
}

void SimIdeDrive::check_condition(uint8_t key, uint8_t code) {
  sense_key_ = key;
  sense_code_ = code;
  error_ = static_cast<uint8_t>(key << 4 | kAborted);
  end(kReady | kErr);
}

}  // namespace mobius::sim
