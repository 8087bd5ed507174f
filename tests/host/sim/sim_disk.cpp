// Slow and faulty sources of signed bytes (sim_disk.h).
#include "sim/sim_disk.h"

#include "base/lock.h"

namespace mobius::sim {

namespace {

constexpr int kJunk = 0xDB;

// Whether this read is to fail; counts it.
bool fails(SimDeviceBehaviour& b, uint64_t offset, uint32_t bytes) {
  ++b.reads;
  bool bad = false;
  if (b.fail_after != UINT32_MAX) {
    if (b.fail_after != 0) {
      --b.fail_after;
    } else {
      bad = true;
      if (!b.fail_for_good) b.fail_after = UINT32_MAX;
    }
  }
  const auto first = b.bad_pages.lower_bound(offset / kPageSize);
  if (first != b.bad_pages.end() && *first * kPageSize < offset + bytes) bad = true;
  if (bad) ++b.failed;
  return bad;
}

}  // namespace

std::byte signed_byte(uint32_t signature, uint64_t offset) {
  // One word per 8 bytes: what file, what offset; mixed, so that neighbours differ everywhere.
  Random word((uint64_t{signature} << 40) ^ (offset / 8));
  return static_cast<std::byte>(word.next() >> (offset % 8 * 8));
}

uint32_t signed_word(uint32_t signature, uint64_t offset) {
  uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    value |= std::to_integer<uint32_t>(signed_byte(signature, offset + i)) << (8 * i);
  }
  return value;
}

std::byte SimFile::byte_at(uint64_t offset) const {
  if (offset >= size_) return std::byte{0};
  return bytes_.empty() ? signed_byte(signature_, offset) : bytes_[offset];
}

Result<void> SimFile::read(uint64_t offset, FrameSpan into) {
  Lock::assert_no_lock_held();
  KASSERT(into.offset + into.bytes <= kPageSize);
  KASSERT(!memory_.is_free(into.frame));
  const bool bad = fails(behaviour, offset, into.bytes);
  ++behaviour.in_flight;
  std::memset(memory_.hardware(into.frame) + into.offset, kJunk, into.bytes);
  if (behaviour.latency != 0) scheduler_.sleep(behaviour.latency);
  --behaviour.in_flight;
  KASSERT(!memory_.is_free(into.frame));  // freed under DMA
  if (bad) return Failure(Error::IoError);
  std::byte* const to = memory_.hardware(into.frame) + into.offset;
  for (uint32_t i = 0; i < into.bytes; ++i) to[i] = byte_at(offset + i);
  return {};
}

Result<void> SimDisk::read(uint64_t first, uint32_t blocks, FrameSpan into) {
  KASSERT(into.bytes == blocks * block_bytes_);
  if (first >= blocks_ || blocks > blocks_ - first) return Failure(Error::BadArgument);
  return file_.read(first * block_bytes_, into);
}

}  // namespace mobius::sim
