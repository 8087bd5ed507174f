// Accesses of a program, and what excuses those that fail (program_memory.h).
#include "simulation/program_memory.h"

#include <algorithm>
#include <cstring>

#include "simulation/setting.h"

namespace mobius::simulation {

namespace {
constexpr uint32_t kBytesOfTable = 4u << 20;
constexpr uint32_t kWordsOfThread = 512;
}  // namespace

ProgramMemory::ProgramMemory(Setting& setting, unsigned the_number,
                             mm::KernelHeap::Owned<paging::PageTables> the_map,
                             mm::KernelHeap::Owned<mm::AddressSpace> the_space)
    : number(the_number),
      map(std::move(the_map)),
      space(std::move(the_space)),
      oracle(Setting::kSignature),
      setting_(setting),
      process_{map->directory(),
               [this](mm::PageFault fault) { return mm::resolve_fault(*space, fault); }, 0} {}

ProgramMemory::~ProgramMemory() {
  space.reset();
  setting_.machine.leave_map();
}

// An access that fails: allowed only for a reason that this checks.
void ProgramMemory::refused(mm::FaultOutcome outcome, VirtAddr word, mm::FaultAccess access,
                      uint64_t evidence, uint64_t freed) {
  EventLog& log = setting_.log;
  log.add({3, static_cast<uint64_t>(outcome), word.value});
  switch (outcome) {
    case mm::FaultOutcome::NotAllowed: {
      const Access rights = oracle.rights(word);
      const bool right = access == mm::FaultAccess::Write ? rights != Access::ReadWrite
                                                          : rights == Access::None;
      if (!right) log.wrong("access to %#x refused, which has the rights", word.value);
      return;
    }
    case mm::FaultOutcome::IoError:
      log.tell("    P%u: %#x cannot be read", number, word.value);
      ++setting_.counts.io_errors;
      if (setting_.evidence() == evidence) {
        log.wrong("I/O error at %#x, but no device failed", word.value);
      }
      return;
    case mm::FaultOutcome::OutOfMemory:
      log.tell("    P%u: no memory for %#x", number, word.value);
      if (oracle.promised(word)) setting_.full.excuse_broken_promise(word);
      setting_.full.excuse("a touch", freed, 0, class_of(word, access));
      doomed = true;
      return;
    case mm::FaultOutcome::Resolved: log.wrong("resolved and refused");
  }
}

// Whether the access is that of code, or of data that nobody has written to.
bool ProgramMemory::reads_image(VirtAddr word, mm::FaultAccess access) const {
  const mm::ImageLayout& image = setting_.layout;
  const bool in_image = word.value - image.base.value < image.pages * kPageSize;
  return in_image && access == mm::FaultAccess::Read;
}

// What the page may have its frame of. Its table goes with the last page that is shown there.
mm::FrameClass ProgramMemory::class_of(VirtAddr word, mm::FaultAccess access) {
  LockGuard guard(setting_.machine.manager.lock);
  const mm::PageSlot* slot = space->slot_at(word);
  if (slot == nullptr || slot->kind() != mm::SlotKind::Swapped) {
    const bool discarded = slot != nullptr && slot->kind() == mm::SlotKind::Discarded;
    if (!reads_image(word, access)) {
      return discarded ? mm::FrameClass::Normal : mm::FrameClass::Growth;
    }
    const mm::Region& region = *space->find(word);
    mm::VmObject* const image = region.object.get()->backing();
    const bool from_file = image->pager().has(region.page_at(word));
    const bool noted = slot != nullptr && !image->slots().untouched();
    if (discarded || !from_file || !noted) return mm::FrameClass::Normal;
  }
  const VirtAddr first{word.value & ~(kBytesOfTable - 1)};
  for (PageIndex i = 0; i < kBytesOfTable / kPageSize; ++i) {
    if (map->find(pages_after(first, i))) return mm::FrameClass::Returning;
  }
  return mm::FrameClass::Normal;
}

bool ProgramMemory::read(VirtAddr word) {
  const uint64_t evidence = setting_.evidence(), freed = setting_.freed;
  const auto got = setting_.machine.cpu.read32(process_, word);
  if (!got) return refused(got.error(), word, mm::FaultAccess::Read, evidence, freed), false;
  setting_.log.add({1, word.value, *got});
  if (oracle.rights(word) == Access::None) {
    setting_.log.wrong("read %#x without rights", word.value);
  }
  const uint32_t expected = oracle.expected(word)[word.page_offset() / 4];
  if (*got != expected) {
    setting_.log.wrong("P%u reads %#x at %#x, which should be %#x", number, *got, word.value,
                     expected);
  }
  check_page(word);
  return true;
}

bool ProgramMemory::write(VirtAddr word, uint32_t value) {
  const uint64_t evidence = setting_.evidence(), freed = setting_.freed;
  const auto done = setting_.machine.cpu.write32(process_, word, value);
  if (!done) return refused(done.error(), word, mm::FaultAccess::Write, evidence, freed), false;
  setting_.log.add({2, word.value, value});
  if (oracle.rights(word) != Access::ReadWrite) {
    setting_.log.wrong("wrote %#x without rights", word.value);
  }
  if (oracle.write(word, value)) ++setting_.written_to;
  check_page(word);
  return true;
}

// Compares all bytes of the page of a word that has just been read or written, as the processor
// sees it: the translation is that of the access, from the TLB, so nothing faults or waits here.
void ProgramMemory::check_page(VirtAddr word) {
  sim::SimMachine& machine = setting_.machine;
  const auto at = machine.mmu.translate(word, sim::MemoryAccess::Read, sim::Privilege::User);
  if (!at) setting_.log.wrong("%#x is not mapped after an access", word.value);
  const Oracle::Words& expected = oracle.expected(word);
  ++setting_.counts.pages_compared;
  const std::byte* const page = machine.memory.hardware(frame_of(*at));
  if (std::memcmp(page, expected.data(), kPageSize) == 0) return;
  const auto* const right = reinterpret_cast<const std::byte*>(expected.data());
  const auto differs = std::mismatch(page, page + kPageSize, right).first;
  const auto wrong = static_cast<uint32_t>(differs - page);
  setting_.log.wrong("P%u uses %#x, and the byte at %#x is %#x, which should be %#x", number,
                   word.value, word.value - word.page_offset() + wrong,
                   std::to_integer<unsigned>(page[wrong]),
                   std::to_integer<unsigned>(right[wrong]));
}

VirtAddr ProgramMemory::any_word(Actor& by, VirtAddr page) {
  auto found = oracle.pages().find(page.page_number());
  if (found != oracle.pages().end() && !found->second.written.empty() && !by.random.chance(4)) {
    const auto& written = found->second.written;
    return page + written[by.random.below(written.size())];
  }
  return page + (by.thread + 2 * by.random.below(kWordsOfThread)) * 4;
}

}  // namespace mobius::simulation
