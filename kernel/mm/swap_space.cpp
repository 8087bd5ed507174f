// Finding runs of free swap slots, and the books about them.
#include "mm/swap_space.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace mobius::mm {

namespace {
constexpr uint32_t kChunksToSearch = 8;  // with free slots, before a shorter run will do
}

Result<void> SwapSpace::open(uint32_t slots) {
  KASSERT(!is_open());
  if (slots == 0) return Failure(Error::BadArgument);
  if (slots != size_) forget();
  size_ = slots;
  if (auto made = make_chunks(); !made) {
    drop_good_chunks();
    return made;
  }
  total_ = slots;
  free_ = slots - retired_;
  return {};
}

// Those that are not there yet.
Result<void> SwapSpace::make_chunks() {
  if (chunks_ == nullptr) {
    const size_t directory = chunk_count() * sizeof(Chunk*);
    chunks_ = static_cast<Chunk**>(TRY(heap_.allocate(directory)));
    std::memset(chunks_, 0, directory);
  }
  for (uint32_t i = 0; i < chunk_count(); ++i) {
    if (chunks_[i] != nullptr) continue;
    chunks_[i] = static_cast<Chunk*>(TRY(heap_.allocate(sizeof(Chunk))));
    std::memset(chunks_[i], 0, sizeof(Chunk));
    chunks_[i]->free = slots_of(i);
    for (uint32_t n = chunks_[i]->free; n < kChunkSlots; ++n) {
      chunks_[i]->used[n / 32] |= 1u << (n % 32);
    }
  }
  return {};
}

void SwapSpace::drop_good_chunks() {
  for (uint32_t i = 0; chunks_ != nullptr && i < chunk_count(); ++i) {
    if (chunks_[i] == nullptr || chunks_[i]->free != slots_of(i)) continue;
    heap_.free(chunks_[i], sizeof(Chunk));
    chunks_[i] = nullptr;
  }
  if (retired_ != 0 || chunks_ == nullptr) return;
  heap_.free(chunks_, chunk_count() * sizeof(Chunk*));
  chunks_ = nullptr;
  size_ = 0;
}

void SwapSpace::close() {
  KASSERT(free_ + retired_ == total_);
  total_ = free_ = cursor_ = patience_ = 0;
  drop_good_chunks();
}

void SwapSpace::forget() {
  for (uint32_t i = 0; chunks_ != nullptr && i < chunk_count(); ++i) {
    if (chunks_[i] != nullptr) chunks_[i]->free = slots_of(i);
  }
  total_ = free_ = retired_ = 0;
  drop_good_chunks();
}

SwapSpace::Chunk& SwapSpace::chunk_of(SwapSlot slot) const {
  KASSERT(slot != kNoSwapSlot && slot.value <= total_);
  return *chunks_[(slot.value - 1) / kChunkSlots];
}

uint32_t& SwapSpace::sum_of(SwapSlot slot) const {
  return chunk_of(slot).sums[(slot.value - 1) % kChunkSlots];
}

bool SwapSpace::in_use(SwapSlot slot) const {
  const uint32_t n = (slot.value - 1) % kChunkSlots;
  return (chunk_of(slot).used[n / 32] >> (n % 32) & 1) != 0;
}

// The first run of `want` free bits, or else the longest; `first` counts from 0 within the chunk.
SwapSpace::Run SwapSpace::longest_run(const Chunk& chunk, uint32_t want) {
  Run best, run;
  auto close_run = [&](uint32_t next) {
    if (run.count > best.count) best = run;
    run = {SwapSlot{next}, 0};
  };
  for (uint32_t w = 0; w < kWords && best.count < want; ++w) {
    const uint32_t used = chunk.used[w];
    for (uint32_t bit = 0; bit < 32;) {
      const uint32_t rest = used >> bit;
      const uint32_t free = std::min(32 - bit, static_cast<uint32_t>(std::countr_zero(rest)));
      run.count += free;
      bit += free;
      if (run.count >= want) return {run.first, want};
      if (bit == 32) break;
      bit += std::countr_one(used >> bit);
      close_run(w * 32 + bit);
    }
  }
  close_run(0);
  return best;
}

void SwapSpace::mark_used(Chunk& chunk, uint32_t first, uint32_t count) {
  for (uint32_t n = first; n < first + count; ++n) chunk.used[n / 32] |= 1u << (n % 32);
  chunk.free -= count;
  free_ -= count;
}

SwapSpace::Run SwapSpace::take_run(uint32_t want) {
  if (closing()) {
    patience_ -= std::min(patience_, want);
    return {};
  }
  want = std::min(want, available());
  if (want == 0) return {};
  Run best;
  uint32_t best_chunk = 0, searched = 0;
  for (uint32_t i = 0; i < chunk_count(); ++i) {
    const uint32_t at = (cursor_ + i) % chunk_count();
    if (chunks_[at]->free <= best.count) continue;
    const Run run = longest_run(*chunks_[at], want);
    if (run.count > best.count) {
      best = run;
      best_chunk = at;
    }
    if (best.count == want || ++searched == kChunksToSearch) break;
  }
  KASSERT(best.count != 0);
  cursor_ = best_chunk;
  mark_used(*chunks_[best_chunk], best.first.value, best.count);
  return {SwapSlot{best_chunk * kChunkSlots + best.first.value + 1}, best.count};
}

void SwapSpace::give(SwapSlot slot) {
  KASSERT(in_use(slot));
  Chunk& chunk = chunk_of(slot);
  const uint32_t n = (slot.value - 1) % kChunkSlots;
  chunk.used[n / 32] ^= 1u << (n % 32);
  ++chunk.free;
  ++free_;
}

void SwapSpace::retire(SwapSlot slot) {
  KASSERT(in_use(slot));
  ++retired_;
}

void SwapSpace::check() const {
  uint32_t free = 0;
  for (uint32_t i = 0; i < chunk_count(); ++i) {
    uint32_t in_chunk = 0;
    for (uint32_t word : chunks_[i]->used) in_chunk += 32 - std::popcount(word);
    KASSERT(in_chunk == chunks_[i]->free);
    free += in_chunk;
  }
  KASSERT(free == free_ && free_ + retired_ <= total_);
  KASSERT(total_ - free_ - retired_ <= good());
}

}  // namespace mobius::mm
