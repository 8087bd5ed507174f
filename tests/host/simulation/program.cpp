// A simulated process: its life, its accesses, and what excuses those that fail (program.h).
#include "simulation/program.h"

#include <algorithm>
#include <cstring>

#include "simulation/world.h"

namespace mobius::simulation {

namespace {
constexpr uint32_t kStackPagesUsed = 12;
constexpr uint32_t kBytesOfTable = 4u << 20;
}  // namespace

Program::Program(World& world, unsigned number, mm::KernelHeap::Owned<paging::PageTables> map,
                 mm::KernelHeap::Owned<mm::AddressSpace> space)
    : world_(world),
      number_(number),
      map_(std::move(map)),
      space_(std::move(space)),
      process_{map_->directory(),
               [this](mm::PageFault fault) { return mm::resolve_fault(*space_, fault); }, 0},
      oracle_(World::kSignature) {}

Program::~Program() {
  space_.reset();
  world_.machine.leave_map();
}

std::unique_ptr<Program> Program::start(World& world, unsigned number, mm::ImageObject& image) {
  auto map = world.machine.create_map();
  if (!map) return nullptr;
  auto space = mm::AddressSpace::create(world.machine.manager, **map);
  if (!space) return nullptr;
  std::unique_ptr<Program> program(
      new Program(world, number, std::move(*map), std::move(*space)));
  return program->load(image) ? std::move(program) : nullptr;
}

bool Program::load(mm::ImageObject& image) {
  auto stack = space_->map_stack(1);
  if (!stack || !space_->map_image(image)) return false;
  stack_ = *stack;
  oracle_.add(stack_.begin, 1, Access::None);
  oracle_.add(pages_after(stack_.begin, 1), kStackPagesUsed - 1, Access::ReadWrite);
  const VirtAddr base = image.layout().base;
  oracle_.add(base, 4, Access::Read, 0);
  oracle_.add(pages_after(base, 4), 2, Access::ReadWrite, 4 * kPageSize);
  oracle_.add(pages_after(base, 6), 2, Access::ReadWrite);
  return true;
}

// An access that fails: allowed only for a reason that this checks.
void Program::refused(mm::FaultOutcome outcome, VirtAddr word, mm::FaultAccess access,
                      uint64_t evidence, uint64_t freed) {
  EventLog& log = world_.log;
  log.add({3, static_cast<uint64_t>(outcome), word.value});
  switch (outcome) {
    case mm::FaultOutcome::NotAllowed: {
      const Access rights = oracle_.rights(word);
      const bool right = access == mm::FaultAccess::Write ? rights != Access::ReadWrite
                                                          : rights == Access::None;
      if (!right) log.wrong("access to %#x refused, which has the rights", word.value);
      return;
    }
    case mm::FaultOutcome::IoError:
      log.tell("    P%u: %#x cannot be read", number_, word.value);
      ++world_.counts.io_errors;
      if (world_.evidence() == evidence) {
        log.wrong("I/O error at %#x, but no device failed", word.value);
      }
      return;
    case mm::FaultOutcome::OutOfMemory:
      log.tell("    P%u: no memory for %#x", number_, word.value);
      if (oracle_.promised(word)) world_.excuse_broken_promise(word);
      world_.excuse_out_of_memory("a touch", freed, 0, class_of(word, access));
      doomed = true;
      return;
    case mm::FaultOutcome::Resolved: log.wrong("resolved and refused");
  }
}

// Whether the access is that of code, or of data that nobody has written to.
bool Program::reads_image(VirtAddr word, mm::FaultAccess access) const {
  const mm::ImageLayout& image = world_.layout;
  const bool in_image = word.value - image.base.value < image.pages * kPageSize;
  return in_image && access == mm::FaultAccess::Read;
}

// What the page may have its frame of. Its table goes with the last page that is shown there.
mm::FrameClass Program::class_of(VirtAddr word, mm::FaultAccess access) {
  LockGuard guard(world_.machine.manager.lock);
  const mm::PageSlot* slot = space_->slot_at(word);
  if (slot == nullptr || slot->kind() != mm::SlotKind::Swapped) {
    const bool discarded = slot != nullptr && slot->kind() == mm::SlotKind::Discarded;
    if (!reads_image(word, access)) {
      return discarded ? mm::FrameClass::Normal : mm::FrameClass::Growth;
    }
    const mm::Region& region = *space_->find(word);
    mm::VmObject* const image = region.object.get()->backing();
    const bool from_file = image->pager().has(region.page_at(word));
    const bool noted = slot != nullptr && !image->slots().untouched();
    if (discarded || !from_file || !noted) return mm::FrameClass::Normal;
  }
  const VirtAddr first{word.value & ~(kBytesOfTable - 1)};
  for (PageIndex i = 0; i < kBytesOfTable / kPageSize; ++i) {
    if (map_->find(pages_after(first, i))) return mm::FrameClass::Returning;
  }
  return mm::FrameClass::Normal;
}

bool Program::read_word(VirtAddr word) {
  const uint64_t evidence = world_.evidence(), freed = world_.freed;
  const auto got = world_.machine.cpu.read32(process_, word);
  if (!got) return refused(got.error(), word, mm::FaultAccess::Read, evidence, freed), false;
  world_.log.add({1, word.value, *got});
  if (oracle_.rights(word) == Access::None) world_.log.wrong("read %#x without rights", word.value);
  const uint32_t expected = oracle_.expected(word)[word.page_offset() / 4];
  if (*got != expected) {
    world_.log.wrong("P%u reads %#x at %#x, which should be %#x", number_, *got, word.value,
                     expected);
  }
  check_page(word);
  return true;
}

bool Program::write_word(VirtAddr word, uint32_t value) {
  const uint64_t evidence = world_.evidence(), freed = world_.freed;
  const auto done = world_.machine.cpu.write32(process_, word, value);
  if (!done) return refused(done.error(), word, mm::FaultAccess::Write, evidence, freed), false;
  world_.log.add({2, word.value, value});
  if (oracle_.rights(word) != Access::ReadWrite) {
    world_.log.wrong("wrote %#x without rights", word.value);
  }
  if (oracle_.write(word, value)) ++world_.written_to;
  check_page(word);
  return true;
}

// Compares all bytes of the page of a word that has just been read or written, as the processor
// sees it: the translation is that of the access, from the TLB, so nothing faults or waits here.
void Program::check_page(VirtAddr word) {
  sim::SimMachine& machine = world_.machine;
  const auto at = machine.mmu.translate(word, sim::MemoryAccess::Read, sim::Privilege::User);
  if (!at) world_.log.wrong("%#x is not mapped after an access", word.value);
  const Oracle::Words& expected = oracle_.expected(word);
  ++world_.counts.pages_compared;
  const std::byte* const page = machine.memory.hardware(frame_of(*at));
  if (std::memcmp(page, expected.data(), kPageSize) == 0) return;
  const auto* const right = reinterpret_cast<const std::byte*>(expected.data());
  const auto differs = std::mismatch(page, page + kPageSize, right).first;
  const auto wrong = static_cast<uint32_t>(differs - page);
  world_.log.wrong("P%u uses %#x, and the byte at %#x is %#x, which should be %#x", number_,
                   word.value, word.value - word.page_offset() + wrong,
                   std::to_integer<unsigned>(page[wrong]),
                   std::to_integer<unsigned>(right[wrong]));
}

// False: not yet, for want of memory.
bool Program::have_back(VirtAddr page) {
  if (oracle_.rights(page) == Access::None) {
    Block* block = block_of(page);
    if (block == nullptr) return true;  // a stack's guard
    if (!mm::vmm_protect(*space_, page, 1, Access::Read)) return false;
    oracle_.protect(page, 1, Access::Read);
  }
  doomed = false;
  (void)read_word(page);
  return !doomed;
}

uint32_t Program::read_back() {
  uint32_t missing = 0;
  auto& pages = oracle_.pages();
  for (auto it = pages.begin(); it != pages.end();) {
    const VirtAddr page{it->first << kPageShift};
    ++it;
    if (!have_back(page)) {
      ++missing;
      continue;
    }
    if (block_of(page) != nullptr && !mm::vmm_discard(*space_, page, 1)) {
      world_.log.wrong("cannot discard %#x", page.value);
    }
    oracle_.drop(page, 1);
  }
  free_what_is_done();
  return missing;
}

// Blocks that have been read back wholly; what is promised to them is for others now.
void Program::free_what_is_done() {
  std::erase_if(blocks_, [&](const Block& block) {
    const auto next = oracle_.pages().lower_bound(block.base.page_number());
    const bool done = next == oracle_.pages().end() ||
                      next->first >= block.base.page_number() + block.pages;
    if (done && !mm::vmm_free(*space_, block.base)) {
      world_.log.wrong("cannot free %#x", block.base.value);
    }
    return done;
  });
}

}  // namespace mobius::simulation
