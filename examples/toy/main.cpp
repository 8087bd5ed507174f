// A toy kernel on the host: Mobius' memory manager (kernel/mm, unchanged) between ports of its own.
// It writes 1,000 pages on a machine of 512 frames, reads them back, and sees that each is whole.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "mm/calls/vmm.h"
#include "mm/fault/fault.h"
#include "mm/invariants.h"
#include "mm/replacement/registry.h"
#include "mm/space/address_space.h"
#include "ports.h"

// The one function that kernel/mm calls without a port: a KASSERT has failed.
void mobius::assert_failed(const char* expression, const char* file, int line) {
  std::printf("toy: KASSERT(%s) failed in %s:%d\n", expression, file, line);
  std::abort();
}

namespace toy {
namespace {

constexpr uint32_t kFrames = 512, kFirstUsable = 16, kPages = 1000, kSwapPages = 2048;
constexpr uint32_t kLowFrames = 16;  // fewer free: the page daemon begins
constexpr uint32_t kMix = 2654435761u;

struct Free {
  void operator()(void* p) const { std::free(p); }
};
using Bytes = std::unique_ptr<std::byte, Free>;

// The machine, in the order in which its parts need each other (docs/porting.md).
struct Machine {
  Bytes bytes{static_cast<std::byte*>(std::aligned_alloc(kPageSize, kFrames* kPageSize))};
  Ram ram{bytes.get(), kFrames};
  mm::FrameAllocator frames{ram};
  bool usable = initialize();
  mm::KernelHeap heap{frames, ram};
  OneThread thread;
  mm::MemoryManager manager{ram, frames, heap, thread, *mm::MemoryManager::make_zero_frame(frames)};
  alignas(mm::kPolicyAlignment) std::byte storage[mm::kPolicyStorage];
  mm::SwapPager swap{manager};
  mm::Paging paging{manager, *mm::make_policy("clock", storage), swap};
  Disk disk{ram, kSwapPages};

  Machine() {
    thread.daemon = &paging.daemon;
    paging.daemon.start(kLowFrames);
    if (!swap.swap_on(disk)) std::abort();
  }
  bool initialize() {
    const FrameRange range{{kFirstUsable}, {kFrames}};
    return frames.initialize({&range, 1}).has_value();
  }
};

// A processor: a load or store walks the map, sets the bits, and faults where it must.
class Processor {
 public:
  Processor(Machine& machine, mm::AddressSpace& space, Map& map)
      : machine_(machine), space_(space), map_(map) {}

  // The word at the address; null, and a word about why, where the access is not allowed.
  uint32_t* word(VirtAddr address, mm::FaultAccess access) {
    const bool write = access == mm::FaultAccess::Write;
    for (;; ++faults) {
      mm::Mapping* entry = map_.at(address.page_down());
      if (entry != nullptr && (!write || entry->access == Access::ReadWrite)) {
        entry->accessed = true;
        entry->dirty |= write;
        return reinterpret_cast<uint32_t*>(machine_.ram.direct(entry->frame) +
                                           address.page_offset());
      }
      if (mm::resolve_fault(space_, {address, access}) != mm::FaultOutcome::Resolved) {
        const auto why = mm::words_for(mm::explain_fault(space_, {address, access}, false));
        std::printf("fault at 0x%x: %.*s\n", address.value, static_cast<int>(why.size()),
                    why.data());
        return nullptr;
      }
      machine_.thread.evict_if_wanted();
    }
  }
  unsigned faults = 0;

 private:
  Machine& machine_;
  mm::AddressSpace& space_;
  Map& map_;
};

// How many of the pages do not hold what was written.
uint32_t write_and_compare(Processor& processor, VirtAddr block) {
  for (uint32_t i = 0; i < kPages; ++i) {
    *processor.word(block + i * kPageSize, mm::FaultAccess::Write) = i * kMix;
  }
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < kPages; ++i) {
    wrong += *processor.word(block + i * kPageSize, mm::FaultAccess::Read) != i * kMix;
  }
  return wrong;
}

int run() {
  Machine machine;
  if (!machine.usable) return 1;
  const uint32_t free_before = machine.frames.counts().free();
  const uint32_t slabs_before = machine.frames.counts().used(mm::FrameUse::Slab);
  Map map;
  auto space = *mm::AddressSpace::create(machine.manager, map);
  Processor processor(machine, *space, map);
  const VirtAddr block = *mm::vmm_alloc(*space, kPages, VirtAddr{0}, {});
  const uint32_t wrong = write_and_compare(processor, block);
  std::printf("%u pages on %u frames: %u wrong, %u faults\n", kPages, kFrames, wrong,
              processor.faults);
  std::printf("%zu pages written to the disk, %zu read\n", machine.disk.written, machine.disk.read);
  mm::check_machine(machine.manager);
  if (processor.word(VirtAddr{0x10}, mm::FaultAccess::Write) != nullptr) return 2;
  if (!mm::vmm_free(*space, block)) return 3;
  if (processor.word(block, mm::FaultAccess::Read) != nullptr) return 4;
  space.reset();
  mm::check_machine(machine.manager);
  const uint32_t kept = machine.frames.counts().used(mm::FrameUse::Slab) - slabs_before;
  const uint32_t lost = free_before - machine.frames.counts().free() - kept;
  std::printf("the books balance: %u frames lost, %u kept by the kernel heap\n", lost, kept);
  return wrong == 0 && machine.disk.read != 0 && lost == 0 ? 0 : 5;
}

}  // namespace
}  // namespace toy

int main() {
  return toy::run();
}
