// MemoryDisc: a BlockDevice of 2048-byte blocks over bytes in host memory, at once and in order.
//
// For code above block devices that is tested without a controller. It counts reads, and fails
// those that touch a block in `bad`, with junk in the frame.
#pragma once

#include <set>
#include <vector>

#include "base/lock.h"
#include "mm/words/frame_memory.h"
#include "mm/words/block_device.h"

namespace mobius::sim {

class MemoryDisc final : public mm::BlockDevice {
 public:
  static constexpr uint32_t kBlockBytes = 2048;

  MemoryDisc(mm::FrameMemory& memory, std::vector<std::byte> image)
      : memory_(memory), image(std::move(image)) {
    this->image.resize((this->image.size() + kBlockBytes - 1) / kBlockBytes * kBlockBytes);
  }

  uint32_t block_bytes() const override { return kBlockBytes; }
  uint64_t block_count() const override { return image.size() / kBlockBytes; }
  Result<void> read(uint64_t first, uint32_t blocks, FrameSpan into) override {
    Lock::assert_no_lock_held();
    ++reads;
    // What is no read at all is a defect of the caller's, not of the disc.
    KASSERT(blocks > 0 && into.bytes == blocks * kBlockBytes);
    KASSERT(into.offset + into.bytes <= kPageSize);
    if (first >= block_count() || blocks > block_count() - first) {
      ++out_of_range;
      return Failure(Error::BadArgument);
    }
    for (uint64_t b = first; b < first + blocks; ++b) {
      if (!bad.contains(b)) continue;
      const std::vector<std::byte> junk(into.bytes, std::byte{0xEE});
      memory_.write(into, junk.data());
      return Failure(Error::IoError);
    }
    memory_.write(into, image.data() + first * kBlockBytes);
    return {};
  }

 private:
  mm::FrameMemory& memory_;

 public:
  std::vector<std::byte> image;
  std::set<uint64_t> bad;
  uint64_t reads = 0;
  uint64_t out_of_range = 0;
};

}  // namespace mobius::sim
