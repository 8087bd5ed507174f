// Which free swap slots a request gets, and the counts of them (swap_space.h).
#include "mm/swap/swap_space.h"

namespace mobius::mm {

namespace {
constexpr uint32_t kChunksToSearch = 8;  // with free slots, before a shorter run will do
}

Result<void> SwapSpace::open(uint32_t slots) {
  KASSERT(!is_open());
  if (slots == 0) return Failure(Error::BadArgument);
  if (slots != chunks_.slots()) forget();
  if (auto made = chunks_.make(slots); !made) {
    chunks_.drop_free();
    return made;
  }
  total_ = slots;
  free_ = slots - retired_;
  return {};
}

void SwapSpace::close() {
  KASSERT(free_ + retired_ == total_);
  total_ = free_ = cursor_ = patience_ = 0;
  chunks_.drop_free();
}

void SwapSpace::forget() {
  total_ = free_ = retired_ = 0;
  chunks_.clear();
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
  for (uint32_t i = 0; i < chunks_.count(); ++i) {
    const uint32_t at = (cursor_ + i) % chunks_.count();
    if (chunks_.free_in(at) <= best.count) continue;
    const Run run = chunks_.longest_run(at, want);
    if (run.count > best.count) {
      best = run;
      best_chunk = at;
    }
    if (best.count == want || ++searched == kChunksToSearch) break;
  }
  KASSERT(best.count != 0);
  cursor_ = best_chunk;
  chunks_.take(best);
  free_ -= best.count;
  return best;
}

void SwapSpace::give(SwapSlot slot) {
  chunks_.give(slot);
  ++free_;
}

void SwapSpace::retire(SwapSlot slot) {
  KASSERT(in_use(slot));
  ++retired_;
}

void SwapSpace::check() const {
  KASSERT(chunks_.count_free() == free_ && free_ + retired_ <= total_);
  KASSERT(total_ - free_ - retired_ <= good());
}

}  // namespace mobius::mm
