// The measurements themselves: see self_bench.h.
#include "selftest/self_bench.h"

#include <algorithm>
#include <array>

#include "abi/mobius.h"
#include "mm/ranges/region_set.h"

namespace mobius::selftest {
namespace {

constexpr uint32_t kMaxSlowSamples = 50;

// xorshift32: the same numbers in every run.
class Random {
 public:
  uint32_t below(uint32_t limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_ % limit;
  }

 private:
  uint32_t state_ = 0x9E3779B9;
};

class Stopwatch {
 public:
  explicit Stopwatch(proc::CpuClock& clock) : clock_(clock) {
    start();
    own_cost_ = raw();
  }
  void start() { begin_ = clock_.timestamp(); }
  uint32_t stop() const { return raw() - own_cost_; }

 private:
  uint32_t raw() const { return static_cast<uint32_t>(clock_.timestamp() - begin_); }
  proc::CpuClock& clock_;
  uint64_t begin_ = 0;
  uint32_t own_cost_ = 0;
};

Result<void> frame_pair_hot(mm::MemoryManager& memory, proc::CpuClock& clock,
                            std::span<uint32_t> out) {
  constexpr uint32_t kPairs = 16;  // a sample, so that reading the counter does not weigh
  mm::FrameAllocator& frames = memory.frames;
  Stopwatch watch(clock);
  for (uint32_t& sample : out) {
    watch.start();
    for (uint32_t i = 0; i < kPairs; ++i) {
      auto frame = frames.allocate(mm::FrameUse::Driver);
      if (!frame) return Failure(frame.error());
    }
    sample = watch.stop() / kPairs;
  }
  return {};
}

// Many frames taken, then given back in a random order: blocks are split to the bottom and merged
// to the top. A sample is the dearest allocation and the dearest free of one round together.
Result<void> frame_pair_worst(mm::MemoryManager& memory, proc::CpuClock& clock,
                              std::span<uint32_t> out) {
  constexpr uint32_t kFrames = 1500;
  using Taken = std::array<mm::OwnedFrame, kFrames>;
  auto taken = TRY(memory.heap.create<Taken>());
  Stopwatch watch(clock);
  Random random;
  for (uint32_t& sample : out) {
    uint32_t allocate = 0, free = 0;
    for (mm::OwnedFrame& frame : *taken) {
      watch.start();
      auto got = memory.frames.allocate(mm::FrameUse::Driver);
      allocate = std::max(allocate, watch.stop());
      frame = TRY(std::move(got));
    }
    for (uint32_t i = kFrames; i > 0; --i) {
      std::swap((*taken)[random.below(i)], (*taken)[i - 1]);
      watch.start();
      (*taken)[i - 1].reset();
      free = std::max(free, watch.stop());
    }
    sample = allocate + free;
  }
  return {};
}

// 100,000 regions of one page with gaps of one to seven pages between them, inserted at random.
class ManyRegions {
 public:
  static constexpr uint32_t kRegions = 100'000;

  explicit ManyRegions(mm::KernelHeap& heap) : heap_(heap) {}
  ManyRegions(const ManyRegions&) = delete;
  ~ManyRegions() {
    while (mm::RegionNode* node = set_.first()) set_.remove(*node);
    for (Chunk* chunk : chunks_) {
      if (chunk != nullptr) heap_.destroy(chunk);
    }
  }

  Result<void> fill() {
    for (Chunk*& chunk : chunks_) chunk = TRY(heap_.create<Chunk>()).release();
    Random random;
    uint32_t page = kUserBegin >> kPageShift;
    for (uint32_t i = 0; i < kRegions; ++i) {
      node(i).range = VirtRange::of_pages(VirtAddr{page << kPageShift}, 1);
      page += 2 + random.below(7);  // 5 on average: they fill the user range
      if (page >= (kUserEnd >> kPageShift) - 8) page = kLastPages + i % 8;
    }
    for (uint32_t i = kRegions; i > 0; --i) {
      std::swap(node(random.below(i)).range, node(i - 1).range);
    }
    for (uint32_t i = 0; i < kRegions; ++i) {
      if (set_.is_free(node(i).range)) set_.insert(node(i));
    }
    return {};
  }
  mm::RegionSet& set() { return set_; }

 private:
  static constexpr uint32_t kChunk = 1000;
  static constexpr uint32_t kLastPages = (kUserEnd >> kPageShift) - 8;
  using Chunk = std::array<mm::RegionNode, kChunk>;
  mm::RegionNode& node(uint32_t i) { return (*chunks_[i / kChunk])[i % kChunk]; }

  mm::KernelHeap& heap_;
  mm::RegionSet set_;
  std::array<Chunk*, kRegions / kChunk> chunks_{};
};

VirtAddr random_address(Random& random) {
  return VirtAddr{kUserBegin + (random.below(kMaxUserPages - 16) << kPageShift)};
}

Result<void> region_find(mm::MemoryManager& memory, proc::CpuClock& clock,
                         std::span<uint32_t> out) {
  auto regions = TRY(memory.heap.create<ManyRegions>(memory.heap));
  TRY(regions->fill());
  Stopwatch watch(clock);
  Random random;
  for (uint32_t& sample : out) {
    const mm::RegionNode* node = regions->set().first_at_or_after(random_address(random));
    if (node == nullptr) node = regions->set().last();
    const VirtAddr inside = node->range.begin;
    watch.start();
    const mm::RegionNode* found = regions->set().find(inside);
    sample = watch.stop();
    KASSERT(found == node);
  }
  return {};
}

Result<void> region_insert(mm::MemoryManager& memory, proc::CpuClock& clock,
                           std::span<uint32_t> out) {
  auto regions = TRY(memory.heap.create<ManyRegions>(memory.heap));
  TRY(regions->fill());
  mm::RegionSet& set = regions->set();
  auto added = TRY(memory.heap.create<mm::RegionNode>());
  Stopwatch watch(clock);
  Random random;
  for (uint32_t& sample : out) {
    const VirtAddr wish = random_address(random);
    watch.start();
    const auto base = set.find_gap_at_or_above(wish, 2);
    if (base) {
      added->range = VirtRange::of_pages(*base, 2);
      set.insert(*added);
    }
    sample = watch.stop();
    if (base) set.remove(*added);
  }
  return {};
}

}  // namespace

Result<uint32_t> take_samples(mm::MemoryManager& memory, proc::CpuClock& clock, uint32_t what,
                              std::span<uint32_t> out) {
  if (what == SYS_BENCH_FRAME_PAIR_WORST && out.size() > kMaxSlowSamples) {
    out = out.first(kMaxSlowSamples);
  }
  Result<void> (*measure)(mm::MemoryManager&, proc::CpuClock&, std::span<uint32_t>) = nullptr;
  switch (what) {
    case SYS_BENCH_FRAME_PAIR_HOT: measure = frame_pair_hot; break;
    case SYS_BENCH_FRAME_PAIR_WORST: measure = frame_pair_worst; break;
    case SYS_BENCH_REGION_FIND: measure = region_find; break;
    case SYS_BENCH_REGION_INSERT: measure = region_insert; break;
    default: return Failure(Error::BadArgument);
  }
  TRY(measure(memory, clock, out));
  return static_cast<uint32_t>(out.size());
}

}  // namespace mobius::selftest
