// The measurements of SysBench: the kernel's pure parts from inside, for the bench program: no ring
// change, no copy, interrupts off.
#pragma once

#include <span>

#include "mm/objects/memory_manager.h"
#include "proc/ports/cpu_clock.h"

namespace mobius::selftest {

inline constexpr uint32_t kMaxSamples = 1024;

// Fills `out` with samples of `what` (SYS_BENCH_FRAME_PAIR_HOT to SYS_BENCH_REGION_INSERT); returns
// how many: fewer than asked for where one takes long. Each is one operation in time stamp counter
// ticks, the cost of reading the counter taken off. Fails: BadArgument, OutOfFrames.
Result<uint32_t> take_samples(mm::MemoryManager& memory, proc::CpuClock& clock, uint32_t what,
                              std::span<uint32_t> out);

}  // namespace mobius::selftest
