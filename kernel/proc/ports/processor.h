// Processor: the ports that the architecture implements, together.
#pragma once

#include "proc/ports/cpu.h"
#include "proc/ports/cpu_clock.h"
#include "proc/ports/user_maps.h"
#include "proc/ports/user_memory.h"
#include "proc/ports/user_mode.h"

namespace mobius::proc {

struct Processor {
  Cpu& cpu;
  UserMode& user_mode;
  UserMaps& maps;
  UserMemory& user;
  CpuClock& clock;
};

}  // namespace mobius::proc
