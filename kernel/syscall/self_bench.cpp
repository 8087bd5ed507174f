// SysBench: measurements of the kernel's pure parts from inside, for the bench program: no ring
// change, no copy, interrupts off. Each sample is one operation in time stamp counter ticks, the
// cost of reading the counter taken off.
#include <algorithm>
#include <array>

#include "mm/region_set.h"
#include "mm/vmm.h"
#include "proc/process_end.h"
#include "syscall/calls.h"

namespace mobius::syscall::calls {
namespace {

constexpr uint32_t kMaxSamples = 1024;
using Samples = std::array<uint32_t, kMaxSamples>;

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
  explicit Stopwatch(proc::Cpu& cpu) : cpu_(cpu) {
    start();
    own_cost_ = raw();
  }
  void start() { begin_ = cpu_.timestamp(); }
  uint32_t stop() const { return raw() - own_cost_; }

 private:
  uint32_t raw() const { return static_cast<uint32_t>(cpu_.timestamp() - begin_); }
  proc::Cpu& cpu_;
  uint64_t begin_ = 0;
  uint32_t own_cost_ = 0;
};

Result<void> frame_pair_hot(proc::System& system, std::span<uint32_t> out) {
  constexpr uint32_t kPairs = 16;  // a sample, so that reading the counter does not weigh
  mm::FrameAllocator& frames = system.memory.frames;
  Stopwatch watch(system.cpu);
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
Result<void> frame_pair_worst(proc::System& system, std::span<uint32_t> out) {
  constexpr uint32_t kFrames = 1500;
  using Taken = std::array<mm::OwnedFrame, kFrames>;
  auto taken = TRY(system.memory.heap.create<Taken>());
  Stopwatch watch(system.cpu);
  Random random;
  for (uint32_t& sample : out) {
    uint32_t allocate = 0, free = 0;
    for (mm::OwnedFrame& frame : *taken) {
      watch.start();
      auto got = system.memory.frames.allocate(mm::FrameUse::Driver);
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

Result<void> region_find(proc::System& system, std::span<uint32_t> out) {
  auto regions = TRY(system.memory.heap.create<ManyRegions>(system.memory.heap));
  TRY(regions->fill());
  Stopwatch watch(system.cpu);
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

Result<void> region_insert(proc::System& system, std::span<uint32_t> out) {
  auto regions = TRY(system.memory.heap.create<ManyRegions>(system.memory.heap));
  TRY(regions->fill());
  mm::RegionSet& set = regions->set();
  auto added = TRY(system.memory.heap.create<mm::RegionNode>());
  Stopwatch watch(system.cpu);
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

Result<uint32_t> fill_zeroed(proc::System& system, uint32_t frames) {
  proc::stop_measuring(system);
  while (system.memory.frames.zero_one_free_frame(frames)) {
  }
  return system.memory.frames.zeroed_frames();
}

}  // namespace

Result<uint32_t> SysBench(proc::System& system, Words a) {
  TRY(need(system, proc::Privilege::Bench));
  Result<void> (*measure)(proc::System&, std::span<uint32_t>) = nullptr;
  switch (a[0]) {
    case SYS_BENCH_FRAME_PAIR_HOT: measure = frame_pair_hot; break;
    case SYS_BENCH_FRAME_PAIR_WORST: measure = frame_pair_worst; break;
    case SYS_BENCH_REGION_FIND: measure = region_find; break;
    case SYS_BENCH_REGION_INSERT: measure = region_insert; break;
    case SYS_BENCH_DROP_ZEROED:
      proc::start_measuring(system);
      system.memory.frames.drop_zeroed_pool();
      return kTrue;
    case SYS_BENCH_FILL_ZEROED: return fill_zeroed(system, a[2]);
    case SYS_BENCH_LONGEST_RUN:
      return static_cast<uint32_t>(
          std::min<uint64_t>(system.scheduler.take_longest_run(), UINT32_MAX));
    case SYS_BENCH_SYSENTER: return system.cpu.has_sysenter() ? 1u : 0u;
    default: return Failure(Error::BadArgument);
  }
  const uint32_t most = a[0] == SYS_BENCH_FRAME_PAIR_WORST ? 50 : kMaxSamples;
  const uint32_t count = std::min(a[2], most);
  auto samples = TRY(system.memory.heap.create<Samples>());
  TRY(measure(system, {samples->data(), count}));
  TRY(system.cpu.copy_to_user(VirtAddr{a[1]}, samples->data(), count * sizeof(uint32_t)));
  return count;
}

}  // namespace mobius::syscall::calls
