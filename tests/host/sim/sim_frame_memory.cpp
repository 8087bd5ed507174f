// The RAM of a simulated machine (sim_frame_memory.h).
#include "sim/sim_frame_memory.h"

#include <sys/mman.h>

namespace mobius::sim {

namespace {

// Where the first machine's RAM lies, and how far from one to the next: the same in every run, for
// there are orders that follow from addresses. ASan's shadow and the usual mappings are elsewhere.
constexpr uintptr_t kFirstPlace = 0x2000'0000'0000, kPlaceBytes = 0x10'0000'0000;
constexpr unsigned kPlaces = 64;

// Private, so that a death test's forked process cannot change its parent's machine.
std::byte* map_ram(uint32_t frames) {
  for (unsigned i = 0; i < kPlaces; ++i) {
    auto* const place = reinterpret_cast<void*>(kFirstPlace + i * kPlaceBytes);
    void* p = mmap(place, static_cast<size_t>(frames) * kPageSize, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (p == place) return static_cast<std::byte*>(p);
  }
  KASSERT(!"no place for the RAM of a simulated machine");
  __builtin_unreachable();
}

constexpr int kJunk = 0xA5;

}  // namespace

SimFrameMemory::SimFrameMemory(uint32_t frames, FrameNumber direct_end)
    : SimFrameMemory(frames, direct_end, map_ram(frames)) {}

SimFrameMemory::SimFrameMemory(uint32_t frames, FrameNumber direct_end, std::byte* base)
    : FrameMemory(base, direct_end), base_(base), frames_(frames) {
  KASSERT(direct_end.value <= frames);
}

SimFrameMemory::~SimFrameMemory() { munmap(base_, static_cast<size_t>(frames_) * kPageSize); }

void SimFrameMemory::fill_with_junk(FrameRange range) {
  KASSERT(range.end.value <= frames_);
  std::memset(at(range.begin), kJunk, static_cast<size_t>(range.size_frames()) * kPageSize);
}

std::byte* SimFrameMemory::hardware(FrameNumber frame) {
  KASSERT(frame.value < frames_);
  for (unsigned i = 0; i < kWindows; ++i) {
    if (windows_[i].frame == frame) close_window(i);
  }
  return at(frame);
}

std::byte* SimFrameMemory::open_window(unsigned window, FrameNumber frame) {
  KASSERT(window < kWindows && frame.value < frames_ && !is_direct(frame));
  std::byte* const from = hardware(frame);  // closes any window on it
  close_window(window);
  std::memcpy(windows_[window].bytes, from, kPageSize);
  windows_[window].frame = frame;
  ++windows_opened_;
  return windows_[window].bytes;
}

void SimFrameMemory::close_window(unsigned window) {
  Window& w = windows_[window];
  if (w.frame == kNoFrame) return;
  std::memcpy(at(w.frame), w.bytes, kPageSize);
  std::memset(w.bytes, kJunk, kPageSize);
  w.frame = kNoFrame;
}

}  // namespace mobius::sim
