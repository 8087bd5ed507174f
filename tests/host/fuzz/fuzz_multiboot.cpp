// Fuzz target: any bytes as the Multiboot structures (at physical 0x10000, the information
// structure first); whatever is accepted must give well-formed ranges clear of what is reserved.
#include "unit/physical_span.h"

namespace mobius::bootinfo {
namespace {

void check(const BootInfo& info) {
  const auto usable = usable_frames(info.map(), info.reserved());
  if (!usable) return;
  FrameNumber last{0};
  for (FrameRange r : usable->ranges()) {
    KASSERT(last < r.begin && r.begin < r.end && r.end <= kFramesEnd);
    KASSERT(r.end <= kFirmwareFrames.begin || kFirmwareFrames.end <= r.begin);
    for (PhysRange taken : info.reserved()) {
      const auto begin = static_cast<uint64_t>(taken.begin);
      const auto end = static_cast<uint64_t>(taken.end);
      KASSERT(begin >= end || end <= static_cast<uint64_t>(address_of(r.begin)) ||
              static_cast<uint64_t>(address_of(r.end)) <= begin);
    }
    last = r.end;
  }
}

}  // namespace
}  // namespace mobius::bootinfo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mobius;
  using namespace mobius::bootinfo;
  const test::PhysicalSpan memory(std::as_bytes(std::span(data, size)));
  BootInfo info;
  if (read_multiboot(memory, PhysAddr{memory.kStart}, info)) check(info);
  return 0;
}
