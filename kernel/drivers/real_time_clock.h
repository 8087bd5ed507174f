// The calendar: the battery-backed clock of a PC (MC146818), read once at boot.
// Source: Motorola MC146818A data sheet; the century is not asked for: years are 2000 to 2099.
#pragma once

#include "drivers/register_port.h"

namespace mobius::drivers {

// Seconds since 1970, UTC as the clock has it. 0 where the clock makes no sense.
int64_t read_real_time_clock(RegisterPort& port);

// Seconds since 1970 of a date of the Gregorian calendar. Pure.
int64_t seconds_since_1970(int year, int month, int day, int hour, int minute, int second);

}  // namespace mobius::drivers
