// SimDisk and SimFile: what the memory manager reads from, slow and faulty on request.
//
// Contents are signed: every word says which file and which offset it is from, so that a page read
// from the wrong place, or only half read, is noticed by content. A read sleeps for `latency`
// ticks while the target frame holds junk, as under DMA: who looks too early sees it.
#pragma once

#include <set>
#include <vector>

#include "mm/words/byte_source.h"
#include "mm/words/block_device.h"
#include "sim/sim_frame_memory.h"
#include "sim/sim_scheduler.h"

namespace mobius::sim {

// What a device does besides reading. Tests change it at any time.
struct SimDeviceBehaviour {
  uint64_t latency = 10;                // ticks a read sleeps; 0: answers at once
  uint32_t fail_after = UINT32_MAX;     // the n-th read from now fails (0 = the next one)
  bool fail_for_good = false;           // and all after it
  std::set<uint64_t> bad_pages;         // reads that touch offset / 4096 of these fail
  uint64_t reads = 0;                   // how many were asked for
  uint64_t failed = 0;
  uint32_t in_flight = 0;
};

// The byte at `offset` of the signed file `signature`.
std::byte signed_byte(uint32_t signature, uint64_t offset);
// The 32 bits at `offset`, any alignment, little-endian.
uint32_t signed_word(uint32_t signature, uint64_t offset);

// A file of `size_bytes` signed bytes, or of given ones.
class SimFile final : public mm::ByteSource {
 public:
  SimFile(SimFrameMemory& memory, SimScheduler& scheduler, uint32_t signature, uint64_t size_bytes)
      : memory_(memory), scheduler_(scheduler), signature_(signature), size_(size_bytes) {}
  SimFile(SimFrameMemory& memory, SimScheduler& scheduler, std::vector<std::byte> bytes)
      : memory_(memory), scheduler_(scheduler), size_(bytes.size()), bytes_(std::move(bytes)) {}

  uint64_t size_bytes() const override { return size_; }
  Result<void> read(uint64_t offset, FrameSpan into) override;

  std::byte byte_at(uint64_t offset) const;  // zero past the end
  SimDeviceBehaviour behaviour;

 private:
  SimFrameMemory& memory_;
  SimScheduler& scheduler_;
  uint32_t signature_ = 0;
  uint64_t size_;
  std::vector<std::byte> bytes_;  // empty: signed
};

// A disk of signed blocks, or with a given image (whole blocks).
class SimDisk final : public mm::BlockDevice {
 public:
  SimDisk(SimFrameMemory& memory, SimScheduler& scheduler, uint32_t signature, uint64_t blocks,
          uint32_t block_bytes = 2048)
      : block_bytes_(block_bytes), blocks_(blocks),
        file_(memory, scheduler, signature, blocks * block_bytes), behaviour(file_.behaviour) {}
  SimDisk(SimFrameMemory& memory, SimScheduler& scheduler, std::vector<std::byte> image,
          uint32_t block_bytes = 2048)
      : block_bytes_(block_bytes), blocks_(image.size() / block_bytes),
        file_(memory, scheduler, std::move(image)), behaviour(file_.behaviour) {}
  SimDisk(const SimDisk&) = delete;

  uint32_t block_bytes() const override { return block_bytes_; }
  uint64_t block_count() const override { return blocks_; }
  Result<void> read(uint64_t first, uint32_t blocks, FrameSpan into) override;

 private:
  uint32_t block_bytes_;
  uint64_t blocks_;
  SimFile file_;

 public:
  SimDeviceBehaviour& behaviour;
};

}  // namespace mobius::sim
