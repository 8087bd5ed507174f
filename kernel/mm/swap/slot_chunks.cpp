// The chunks of swap slots, and runs in their bitmaps (slot_chunks.h).
#include "mm/swap/slot_chunks.h"

#include <bit>
#include <cstring>

namespace mobius::mm {

Result<void> SlotChunks::make(uint32_t slots) {
  KASSERT(slots_ == 0 || slots_ == slots);
  slots_ = slots;
  if (chunks_ == nullptr) {
    const size_t directory = count() * sizeof(Chunk*);
    chunks_ = static_cast<Chunk**>(TRY(heap_.allocate(directory)));
    std::memset(chunks_, 0, directory);
  }
  for (uint32_t i = 0; i < count(); ++i) {
    if (chunks_[i] != nullptr) continue;
    chunks_[i] = static_cast<Chunk*>(TRY(heap_.allocate(sizeof(Chunk))));
    std::memset(chunks_[i], 0, sizeof(Chunk));
    chunks_[i]->free = slots_of(i);
    for (uint32_t n = chunks_[i]->free; n < kSlots; ++n) {
      chunks_[i]->used[n / 32] |= 1u << (n % 32);
    }
  }
  return {};
}

void SlotChunks::drop_free() {
  bool any_left = false;
  for (uint32_t i = 0; chunks_ != nullptr && i < count(); ++i) {
    if (chunks_[i] == nullptr) continue;
    if (chunks_[i]->free != slots_of(i)) {
      any_left = true;
      continue;
    }
    heap_.free(chunks_[i], sizeof(Chunk));
    chunks_[i] = nullptr;
  }
  if (any_left) return;
  heap_.free(chunks_, count() * sizeof(Chunk*));
  chunks_ = nullptr;
  slots_ = 0;
}

void SlotChunks::clear() {
  for (uint32_t i = 0; chunks_ != nullptr && i < count(); ++i) {
    if (chunks_[i] != nullptr) chunks_[i]->free = slots_of(i);
  }
  drop_free();
}

SlotRun SlotChunks::longest_run(uint32_t chunk, uint32_t want) const {
  const SwapSlot first{chunk * kSlots + 1};
  SlotRun best, run{first, 0};
  auto close_run = [&](uint32_t next) {
    if (run.count > best.count) best = run;
    run = {first + next, 0};
  };
  for (uint32_t w = 0; w < kWords && best.count < want; ++w) {
    const uint32_t used = chunks_[chunk]->used[w];
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

void SlotChunks::take(SlotRun run) {
  Chunk& chunk = chunk_of(run.first);
  const uint32_t first = place_of(run.first);
  for (uint32_t n = first; n < first + run.count; ++n) chunk.used[n / 32] |= 1u << (n % 32);
  chunk.free -= run.count;
}

void SlotChunks::give(SwapSlot slot) {
  KASSERT(taken(slot));
  Chunk& chunk = chunk_of(slot);
  const uint32_t n = place_of(slot);
  chunk.used[n / 32] ^= 1u << (n % 32);
  ++chunk.free;
}

bool SlotChunks::taken(SwapSlot slot) const {
  const Chunk& chunk = chunk_of(slot);
  const uint32_t n = place_of(slot);
  return (chunk.used[n / 32] >> (n % 32) & 1) != 0;
}

uint32_t SlotChunks::count_free() const {
  uint32_t free = 0;
  for (uint32_t i = 0; i < count(); ++i) {
    uint32_t in_chunk = 0;
    for (uint32_t word : chunks_[i]->used) in_chunk += 32 - std::popcount(word);
    KASSERT(in_chunk == chunks_[i]->free);
    free += in_chunk;
  }
  return free;
}

}  // namespace mobius::mm
