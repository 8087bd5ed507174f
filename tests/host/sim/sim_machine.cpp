// The composition root of a simulated machine (sim_machine.h).
#include "sim/sim_machine.h"

#include <algorithm>

namespace mobius::sim {

namespace {
constexpr uint32_t kMostJunkFrames = 16384;
constexpr uint32_t kSupervisorWritable = 3;  // P | R/W
constexpr uint32_t kBigPage = 1u << 7;

// The kernel half of the directory: the direct map as 4 MiB pages, and one supervisor page table
// at 0xE0000000, as the real one has it.
void write_kernel_directory(SimFrameMemory& memory, FrameNumber directory, FrameNumber table) {
  auto* const entries = reinterpret_cast<uint32_t*>(memory.hardware(directory));
  std::fill_n(entries, 1024, 0u);
  for (uint32_t i = 0; i < 384; ++i) entries[512 + i] = (i << 22) | kBigPage | kSupervisorWritable;
  entries[0xE0000000u >> 22] = (table.value << 12) | kSupervisorWritable;
  std::fill_n(reinterpret_cast<uint32_t*>(memory.hardware(table)), 1024, 0u);
}
}  // namespace

SimMachine::SimMachine(const SimMachineConfig& config)
    : memory(config.frames, FrameNumber{std::min(config.frames, config.direct_frames)}),
      mmu(memory),
      cpu(memory, mmu),
      scheduler(config.seed),
      frames(memory),
      kernel_directory(start(config)),
      heap(frames, memory),
      paging{memory, frames, mmu},
      manager{memory, frames, heap, config.waiting != nullptr ? *config.waiting : scheduler,
              *mm::MemoryManager::make_zero_frame(frames)} {
  heap.serve(manager.waiting);
}

// Two reserved frames hold the kernel's directory and page table.
FrameNumber SimMachine::start(const SimMachineConfig& config) {
  KASSERT(config.reserved_frames >= 2 && config.reserved_frames < config.frames);
  if (config.junk) memory.fill_with_junk({{0}, {std::min(config.frames, kMostJunkFrames)}});
  const FrameRange usable{{config.reserved_frames}, {config.frames}};
  const auto initialized = frames.initialize(std::span(&usable, 1));
  KASSERT(initialized.has_value());
  memory.is_free = [this](FrameNumber f) { return frame_is_free(f); };
  write_kernel_directory(memory, {0}, {1});
  mmu.load_cr3({0});
  return {0};
}

// Of a run only the first frame says who uses it.
bool SimMachine::frame_is_free(FrameNumber f) {
  for (unsigned order = 0; order <= mm::kMaxFrameOrder; ++order) {
    const FrameNumber head{f.value >> order << order};
    if (!frames.has_record(head)) return false;
    const mm::FrameRecord& record = frames.record(head);
    if (record.order == mm::kOrderInside) continue;
    return record.use >= mm::FrameUse::Free && record.use <= mm::FrameUse::FreeZeroed;
  }
  return false;
}

Result<mm::KernelHeap::Owned<paging::PageTables>> SimMachine::create_map(mm::FrameClass who) {
  mm::OwnedFrame directory =
      TRY(paging::PageDirectory::make(paging.memory, paging.frames, kernel_directory, who));
  return heap.create<paging::PageTables>(paging, std::move(directory));
}

}  // namespace mobius::sim
