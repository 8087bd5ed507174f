// The futex calls: sleep while a word has a value, wake those who sleep on it. Private to a
// process: the key is the process and the word's address.
#pragma once

#include "proc/system.h"

namespace mobius::proc {

// Fails: BadArgument (not 4-aligned), BadAddress, WouldBlock (the word differs), TimedOut,
// Interrupted, IoError, OutOfFrames.
Result<void> futex_wait(System& system, VirtAddr word, uint32_t expected, uint64_t deadline_ns);

// How many were woken. Fails: BadArgument, BadAddress, IoError, OutOfFrames.
Result<uint32_t> futex_wake(System& system, VirtAddr word, uint32_t count);

}  // namespace mobius::proc
