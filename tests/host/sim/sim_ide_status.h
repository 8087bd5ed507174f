// SimIdeStatus: the status register of a simulated IDE device, with the delays it has. A driver
// that looks too early sees the old status, and then BSY for a while.
#pragma once

#include <cstdint>

namespace mobius::sim {

inline constexpr uint8_t kErr = 0x01, kDrq = 0x08, kFault = 0x20, kReady = 0x50, kBsy = 0x80;

class SimIdeStatus {
 public:
  SimIdeStatus& operator=(uint8_t value) {
    value_ = value;
    return *this;
  }
  bool has(uint8_t bits) const { return (value_ & bits) != 0; }
  // A command is under way, or data.
  bool is_busy() const { return has(kBsy | kDrq); }
  // It shows BSY still, whatever it is.
  bool shows_busy() const { return busy_looks_ > 0; }

  // What a driver reads.
  uint8_t look() {
    if (stale_looks_ > 0) {
      --stale_looks_;
      return stale_value_;
    }
    if (busy_looks_ > 0) {
      --busy_looks_;
      return kBsy;
    }
    return value_;
  }
  // A device has 400 ns, four looks, to change its status; until then it shows the one it has now.
  void lags() {
    stale_looks_ = 3;
    stale_value_ = value_;
  }
  // As lags(), and then BSY for more than 400 ns worth of looks.
  void lags_and_is_busy() {
    lags();
    busy_looks_ = 7;
  }
  void settled() { stale_looks_ = busy_looks_ = 0; }  // time has passed

 private:
  uint8_t value_ = kReady;
  unsigned busy_looks_ = 0;  // BSY for that many looks
  unsigned stale_looks_ = 0;
  uint8_t stale_value_ = 0;
};

}  // namespace mobius::sim
