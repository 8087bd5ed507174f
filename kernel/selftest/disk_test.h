// The kernel option `disk-test`: writes to every part of the swap device and reads it back, before
// any other use, and logs the result:
//
//   disk-test: 1024 pages ok
//   disk-test: 1020 pages ok, 3 not written, 1 not read, 0 wrong
//   disk-test: 900 MiB/s out, 800 MiB/s back
#pragma once

#include <string_view>

#include "mm/frames/frame_allocator.h"
#include "mm/swap/page_device.h"
#include "mm/words/clock.h"

namespace mobius::selftest {

// What is on the device is lost. Sleeps; in a thread.
void run_disk_test(mm::PageDevice& device, mm::FrameMemory& memory, mm::FrameAllocator& frames,
                   mm::Clock& clock, void (*log)(std::string_view));

}  // namespace mobius::selftest
