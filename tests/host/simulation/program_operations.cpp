// The operations of a simulated process (program.h).
#include <algorithm>

#include "simulation/program.h"
#include "simulation/setting.h"

namespace mobius::simulation {

namespace {
constexpr PageCount kLongestSweep = 24;
}  // namespace

VirtAddr Program::any_page(Actor& by) {
  const Part part = blocks_.any_part(by.random, 1);
  return part.pages != 0 ? part.base : pages_after(stack_.begin, 1);
}

void Program::perform(Kind kind, Actor& by) {
  setting_.log.tell("#%u P%u.%u %s", setting_.operation, memory_.number, by.thread,
                    name_of(kind).data());
  switch (kind) {
    case Kind::Alloc: return calls_.alloc(by);
    case Kind::Promise: return calls_.promise(by);
    case Kind::Grow: return calls_.grow(by);
    case Kind::Lock: return locks_.lock(by);
    case Kind::Unlock: return locks_.unlock(by);
    case Kind::Free: return calls_.free(by);
    case Kind::Read: return touch(by, any_page(by), false);
    case Kind::Write: return touch(by, any_page(by), true);
    case Kind::SweepRead: return sweep(by, false);
    case Kind::SweepWrite: return sweep(by, true);
    case Kind::Protect: return calls_.protect(by);
    case Kind::Discard: return calls_.discard(by);
    case Kind::Resize: return calls_.resize(by);
    case Kind::Stack:
      return touch(by, pages_after(stack_.begin, by.random.below(12)), by.random.chance(2));
    case Kind::Image:
      return touch(by, pages_after(Setting::kImageBase, by.random.below(9)), by.random.chance(3));
    case Kind::Zero: return zero(by);
    case Kind::Amnesia: return lose_translations(by);
    case Kind::SwapOff:  // the world's
    case Kind::SwapOn:
    case Kind::Pause:
    case Kind::Kill: return;
  }
}

// The one word may lie in a page that is not the program's at all.
void Program::touch(Actor& by, VirtAddr page, bool write) {
  const VirtAddr word = memory_.any_word(by, page);
  setting_.log.tell("    %s %#x", write ? "write" : "read", word.value);
  if (write) {
    (void)memory_.write(word, static_cast<uint32_t>(by.random.next()) | 1);
  } else {
    (void)memory_.read(word);
  }
}

void Program::sweep(Actor& by, bool write) {
  const Part part = blocks_.any_part(by.random, kLongestSweep);
  setting_.log.tell("    %u pages from %#x", part.pages, part.base.value);
  for (PageIndex i = 0; i < part.pages && !memory_.doomed; ++i) {
    const VirtAddr word = memory_.any_word(by, pages_after(part.base, i));
    const bool done = write ? memory_.write(word, static_cast<uint32_t>(by.random.next()) | 1)
                            : memory_.read(word);
    if (!done) return;
  }
}

void Program::zero(Actor& by) {
  const VirtAddr page = any_page(by);
  setting_.log.tell("    page %#x", page.value);
  for (size_t i = 0;; ++i) {
    auto found = memory_.oracle.pages().find(page.page_number());  // anew: others write meanwhile
    if (found == memory_.oracle.pages().end() || i >= found->second.written.size()) return;
    if (!memory_.write(page + found->second.written[i], 0)) return;
  }
}

// Nothing anyone can see changes.
void Program::lose_translations(Actor& by) {
  Part part = blocks_.any_part(by.random, Blocks::kUsual);
  if (part.pages == 0) part = {Setting::kImageBase, 1};
  if (by.random.chance(4)) part = {pages_after(Setting::kImageBase, by.random.below(8)), 1};
  LockGuard guard(setting_.machine.manager.lock);
  for (PageIndex i = 0; i < part.pages; ++i) {
    const VirtAddr page = pages_after(part.base, i);
    mm::Region* region = memory_.space->find(page);
    if (region != nullptr) memory_.space->unmap_folding(*region, VirtRange::of_pages(page, 1));
  }
}

}  // namespace mobius::simulation
