// Writing to the swap device and reading it back: see disk_test.h.
//
// Every word of a page says which page it is. The pages are the first and the last ones of the
// device; the transfers are of several sizes, and one that fails is repeated page by page.
#include "selftest/disk_test.h"

#include <algorithm>
#include <bitset>
#include <optional>

#include "base/text.h"

namespace mobius::selftest {
namespace {

using mm::Transfer;

constexpr uint32_t kMostPages = 1024;
constexpr uint32_t kFrames = mm::PageDevice::kMaxPages;
constexpr uint32_t kSizes[] = {1, 7, kFrames, 32, 2};
constexpr uint32_t kWords = kPageSize / sizeof(uint32_t);
constexpr uint64_t kSpeedPages = 32768, kSpeedNs = 1'000'000'000;

class DiskTest {
 public:
  DiskTest(mm::PageDevice& device, mm::FrameMemory& memory, mm::Clock& clock)
      : device_(device), memory_(memory), clock_(clock),
        pages_(static_cast<uint32_t>(std::min<uint64_t>(device.page_count(), kMostPages))) {}

  bool take_frames(mm::FrameAllocator& frames) {
    for (uint32_t i = 0; i < kFrames; ++i) {
      auto frame = frames.allocate(mm::FrameUse::Driver, mm::Placement::Direct);
      if (!frame) return false;
      owned_[i] = std::move(*frame);
      frames_[i] = owned_[i].number();
    }
    return true;
  }

  void move_all(Transfer direction) {
    uint32_t turn = 0, size = 0;
    for (uint32_t at = 0; at < pages_; at += size, ++turn) {
      const uint32_t end = at < pages_ / 2 ? pages_ / 2 : pages_;
      size = std::min(kSizes[turn % std::size(kSizes)], end - at);
      if (move(direction, at, 0, size)) continue;
      for (uint32_t i = 0; i < size; ++i) {
        if (move(direction, at + i, i, 1)) continue;
        ++(direction == Transfer::Read ? not_read : not_written);
      }
    }
  }

  // In MiB/s, of the largest transfers.
  uint64_t speed(Transfer direction) {
    const uint64_t begin = clock_.now_ns(), last = device_.page_count() - kFrames;
    uint64_t moved = 0, ns = 0;
    for (uint64_t at = 0; moved < kSpeedPages && ns < kSpeedNs; moved += kFrames, at += kFrames) {
      if (at > last) at = 0;
      if (!device_.transfer(direction, at, frames_)) return 0;
      ns = clock_.now_ns() - begin;
    }
    return ns == 0 ? 0 : moved * kPageSize * 1000 / ns * 1'000'000 >> 20;
  }

  uint32_t right = 0, wrong = 0, not_written = 0, not_read = 0;

 private:
  // Pages at, at + 1, ... by way of the frames from `frame` on.
  bool move(Transfer direction, uint32_t at, uint32_t frame, uint32_t size) {
    for (uint32_t i = 0; i < size; ++i) {
      if (direction == Transfer::Write) sign(frame + i, at + i);
      if (direction == Transfer::Read) std::fill_n(words(frame + i), kWords, 0);
    }
    const uint64_t place = at < pages_ / 2 ? at : device_.page_count() - pages_ + at;
    if (!device_.transfer(direction, place, {frames_ + frame, size})) return false;
    for (uint32_t i = 0; i < size; ++i) {
      if (direction == Transfer::Write) written_[at + i] = true;
      if (direction == Transfer::Read && written_[at + i]) {
        ++(is_signed(frame + i, at + i) ? right : wrong);
      }
    }
    return true;
  }
  uint32_t* words(uint32_t i) { return memory_.direct_as<uint32_t>(frames_[i]); }
  void sign(uint32_t i, uint32_t page) {
    for (uint32_t w = 0; w < kWords; ++w) words(i)[w] = page * kWords + w + 1;
  }
  bool is_signed(uint32_t i, uint32_t page) {
    for (uint32_t w = 0; w < kWords; ++w) {
      if (words(i)[w] != page * kWords + w + 1) return false;
    }
    return true;
  }

  mm::PageDevice& device_;
  mm::FrameMemory& memory_;
  mm::Clock& clock_;
  const uint32_t pages_;
  mm::OwnedFrame owned_[kFrames];
  FrameNumber frames_[kFrames];
  std::bitset<kMostPages> written_;
};

}  // namespace

void run_disk_test(mm::PageDevice& device, mm::FrameMemory& memory, mm::FrameAllocator& frames,
                   mm::Clock& clock, void (*log)(std::string_view)) {
  DiskTest test(device, memory, clock);
  if (!test.take_frames(frames)) return log("disk-test: not enough memory\n");
  test.move_all(Transfer::Write);
  test.move_all(Transfer::Read);
  TextBuffer<160> line;
  line.add("disk-test: ").add_decimal(test.right).add(" pages ok");
  const bool failed = test.not_written + test.not_read + test.wrong != 0;
  if (failed) {
    line.add(", ").add_decimal(test.not_written).add(" not written, ").add_decimal(test.not_read)
        .add(" not read, ").add_decimal(test.wrong).add(" wrong");
  }
  log(line.add("\n").text());
  if (failed) return;
  const uint64_t out = test.speed(Transfer::Write), back = test.speed(Transfer::Read);
  line.clear();
  line.add("disk-test: ").add_decimal(static_cast<int64_t>(out)).add(" MiB/s out, ");
  log(line.add_decimal(static_cast<int64_t>(back)).add(" MiB/s back\n").text());
}

}  // namespace mobius::selftest
