// The pure parts on the host's processor: wall time, for comparing two builds side by side. What we
// class is counted in instructions on the real kernel (docs/numbers.md).
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "sim/random.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

// `count` regions of one page, a page apart, inserted in random order.
class Regions {
 public:
  explicit Regions(uint32_t count) : nodes_(count) {
    sim::Random random(1);
    std::vector<uint32_t> order(count);
    for (uint32_t i = 0; i < count; ++i) order[i] = i;
    for (uint32_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    for (uint32_t i : order) {
      nodes_[i].range = VirtRange::of_pages(pages_after(kUserRange.begin, 2 * i), 1);
      set.insert(nodes_[i]);
    }
  }
  ~Regions() {
    while (mm::RegionNode* node = set.first()) set.remove(*node);
  }
  VirtAddr any(sim::Random& random) const {
    return nodes_[random.below(static_cast<uint32_t>(nodes_.size()))].range.begin;
  }
  mm::RegionSet set;

 private:
  std::vector<mm::RegionNode> nodes_;
};

void region_find(benchmark::State& state) {
  Regions regions(static_cast<uint32_t>(state.range(0)));
  sim::Random random(2);
  for (auto _ : state) benchmark::DoNotOptimize(regions.set.find(regions.any(random)));
}
BENCHMARK(region_find)->Arg(10)->Arg(1000)->Arg(100000);

void region_find_gap_insert_remove(benchmark::State& state) {
  Regions regions(static_cast<uint32_t>(state.range(0)));
  mm::RegionNode node;
  for (auto _ : state) {
    VirtAddr base = *regions.set.find_gap_at_or_above(kUserRange.begin, 2);
    node.range = VirtRange::of_pages(base, 2);
    regions.set.insert(node);
    regions.set.remove(node);
  }
}
BENCHMARK(region_find_gap_insert_remove)->Arg(10)->Arg(1000)->Arg(100000);

void frame_pair(benchmark::State& state) {
  sim::SimMachine machine({.frames = static_cast<uint32_t>(state.range(0)), .junk = false});
  for (auto _ : state) {
    benchmark::DoNotOptimize(machine.frames.allocate(mm::FrameUse::Driver));
  }
}
BENCHMARK(frame_pair)->Arg(1024)->Arg(1 << 20);

void alloc_free(benchmark::State& state) {
  sim::SimMachine machine({.frames = 4096, .junk = false});
  sim::SimUser user(machine);
  for (auto _ : state) {
    VirtAddr block = *mm::vmm_alloc(user.space(), 1, VirtAddr{0}, {});
    benchmark::DoNotOptimize(mm::vmm_free(user.space(), block));
  }
}
BENCHMARK(alloc_free);

void write_fault_and_discard(benchmark::State& state) {
  sim::SimMachine machine({.frames = 4096, .junk = false});
  sim::SimUser user(machine);
  VirtAddr block = *mm::vmm_alloc(user.space(), 2, VirtAddr{0}, {});
  (void)mm::resolve_fault(user.space(), {pages_after(block, 1), mm::FaultAccess::Write});
  for (auto _ : state) {
    (void)mm::resolve_fault(user.space(), {block, mm::FaultAccess::Write});
    (void)mm::vmm_discard(user.space(), block, 1);
  }
}
BENCHMARK(write_fault_and_discard);

}  // namespace
}  // namespace mobius

BENCHMARK_MAIN();
