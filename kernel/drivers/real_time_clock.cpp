// The calendar: see real_time_clock.h.
#include "drivers/real_time_clock.h"

namespace mobius::drivers {
namespace {

constexpr uint16_t kIndexPort = 0x70, kDataPort = 0x71;
constexpr uint8_t kSeconds = 0, kMinutes = 2, kHours = 4, kDay = 7, kMonth = 8, kYear = 9;
constexpr uint8_t kStatusA = 10, kStatusB = 11;
constexpr uint8_t kUpdating = 0x80, kTwentyFour = 0x02, kBinary = 0x04, kAfternoon = 0x80;

uint8_t read_register(RegisterPort& port, uint8_t index) {
  port.out8(kIndexPort, index);
  return port.in8(kDataPort);
}

struct Reading {
  uint8_t second, minute, hour, day, month, year;
  bool operator==(const Reading&) const = default;
};

Reading read_all(RegisterPort& port) {
  for (unsigned i = 0; i < 100000 && (read_register(port, kStatusA) & kUpdating) != 0; ++i) {
  }
  return {read_register(port, kSeconds), read_register(port, kMinutes),
          read_register(port, kHours),   read_register(port, kDay),
          read_register(port, kMonth),   read_register(port, kYear)};
}

}  // namespace

int64_t seconds_since_1970(int year, int month, int day, int hour, int minute, int second) {
  // Years that begin in March, so that the leap day is the last of its year.
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t months = (month + 9) % 12;
  const int64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * months + 2) / 5 + day - 719469;
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

int64_t read_real_time_clock(RegisterPort& port) {
  Reading now = read_all(port);
  // Twice the same: no update fell between two registers.
  for (unsigned i = 0; i < 10; ++i) {
    const Reading again = read_all(port);
    if (again == now) break;
    now = again;
  }
  const uint8_t status = read_register(port, kStatusB);
  const bool binary = (status & kBinary) != 0;
  auto number = [binary](uint8_t value) {
    return binary ? value : (value >> 4) * 10 + (value & 15);
  };
  int hour = number(now.hour & ~kAfternoon);
  if ((status & kTwentyFour) == 0) {
    hour = hour % 12 + ((now.hour & kAfternoon) != 0 ? 12 : 0);
  }
  const int month = number(now.month), day = number(now.day);
  if (month < 1 || month > 12 || day < 1 || day > 31) return 0;
  return seconds_since_1970(2000 + number(now.year), month, day, hour, number(now.minute),
                            number(now.second));
}

}  // namespace mobius::drivers
