// What all simulated IDE devices share (sim_ide_device.h).
#include "sim/sim_ide_device.h"

namespace mobius::sim {
namespace {

constexpr uint64_t kResetTicks = 3;
constexpr uint64_t kSlow = 500, kVeryLate = 30'000;
constexpr size_t kLastBytes = 1024;

}  // namespace

uint8_t SimIdeDevice::status(bool takes_interrupt) {
  if (takes_interrupt) interrupt_ = false;
  return status_.look();
}

void SimIdeDevice::accept_command() {
  interrupt_ = false;
  status_.lags_and_is_busy();
}

void SimIdeDevice::take_fault() {
  fault_ = SimIdeFault::None;
  if (faults.empty()) return;
  fault_ = faults.front();
  faults.pop_front();
}

void SimIdeDevice::begin_fault() {
  if (fault_ == SimIdeFault::EarlyInterrupt) raise();
  if (fault_ == SimIdeFault::StuckBusy || fault_ == SimIdeFault::StuckForGood) {
    state_ = State::Stuck;
  }
  if (fault_ == SimIdeFault::StuckData) {
    state_ = State::Stuck;
    status_ = kReady | kDrq;
    raise();
  }
}

void SimIdeDevice::end(uint8_t status) {
  state_ = State::Idle;
  status_ = status;
  raise();
}

void SimIdeDevice::raise() {
  if (fault_ != SimIdeFault::LostInterrupt) interrupt_ = true;
}

std::byte* SimIdeDevice::dma_data(size_t& bytes, uint64_t now) {
  if (state_ != State::Dma || now < due_) return nullptr;
  bytes = data_.size() - sent_;
  const bool never_ends = fault_ == SimIdeFault::DmaNeverEnds;
  if ((never_ends || fault_ == SimIdeFault::DmaSlow) && bytes <= kLastBytes) {
    due_ = now + (never_ends ? kVeryLate : kSlow);
    fault_ = SimIdeFault::None;
    return nullptr;
  }
  return data_.data() + sent_;
}

void SimIdeDevice::begin_reset() {
  ++resets;
  interrupt_ = false;
  if (dead()) return;
  state_ = State::Resetting;
  status_ = kBsy;
  due_ = UINT64_MAX;
}

void SimIdeDevice::end_reset(uint64_t now) {
  if (state_ != State::Resetting) return;
  fault_ = SimIdeFault::None;
  due_ = now + kResetTicks;
  error_ = 1;
}

}  // namespace mobius::sim
