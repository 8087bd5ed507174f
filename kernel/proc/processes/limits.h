// Limits: what starting a program takes, how much of it there is, and who may have the last of it
// (requirement S1). A process that takes all of one thing must not keep the shell from starting
// `kill`.
//
// A start takes, and is promised to processes with PROC_PROMISED by:
//   an entry in the process table: kMaxProcesses; the last kPromisedStarts
//   a place among its parent's children: kMaxChildren, zombies included; kPromisedStarts more
//   a kernel stack: as many as an eighth of RAM holds (Cpu); the last kPromisedStarts
//   a thread of a process: kMaxThreads, 3/4 of all kernel stacks; a new process has none yet
//   frames (stack, page directory, page tables, pages touched): the frame allocator's reserve,
//     which the requests of promised threads may use (mm/ledger/promises.h)
//   kernel heap (records of process, thread and image, arguments, handle table, slot tables):
//     frames of the direct map, asked for with the same class
//   regions and handles: a limit for each process; a new one has none yet
//   the buffer by which the CD is read: one, taken at boot; its turn comes in order of arrival
//   the processor: kPromisedPriority (threads/turns.h has the bound for all others)
// It takes no swap slot. What a thread needs to wait or to be ready lies in its record. Pids and
// thread ids are 2^32 since boot. The console is shared, nothing of it is taken.
#pragma once

#include <algorithm>
#include <cstdint>

#include "mm/words/frame_request.h"

namespace mobius::proc {

// `ps`, `kill` and what else the shell needs to end who took the rest.
inline constexpr uint32_t kPromisedStarts = 8;

inline constexpr uint32_t kMaxProcesses = 1024;
inline constexpr uint32_t kMaxChildren = 256;  // those not yet waited for included
inline constexpr uint32_t kMaxThreads = 600;   // those not yet joined included

// Whether one more may be had of `all`, of which `used` are: the last few are kept.
constexpr bool may_start(mm::FrameClass who, uint32_t used, uint32_t all) {
  const uint32_t kept = who == mm::FrameClass::Promised ? 0 : kPromisedStarts;
  return used + kept < all;
}

// Of one process, on a machine of n kernel stacks: others find some left.
constexpr uint32_t most_threads(uint32_t kernel_stacks) {
  return std::min(kMaxThreads, kernel_stacks / 4 * 3);
}

}  // namespace mobius::proc
