// The operations of a simulated process (program.h).
#include <algorithm>

#include "simulation/program.h"
#include "simulation/world.h"

namespace mobius::simulation {

namespace {
constexpr uint32_t kWordsOfThread = 512;
constexpr PageCount kLongestSweep = 24;
constexpr PageCount kUsualBlock = 40, kBigBlock = 1200, kBigPromise = 200;

// Of a new block: every second one is eager.
mm::BlockOptions options_for(Program::Actor& by, mm::Storage storage) {
  const auto commit = by.random.chance(2) ? mm::Commit::Ahead : mm::Commit::Touched;
  return {.storage = storage, .commit = commit};
}
}  // namespace

Program::Block* Program::any_block(Actor& by) {
  return blocks_.empty() ? nullptr : &blocks_[by.random.below(blocks_.size())];
}

Program::Block* Program::block_of(VirtAddr address) {
  for (Block& block : blocks_) {
    if (address >= block.base && address < pages_after(block.base, block.pages)) return &block;
  }
  return nullptr;
}

bool Program::is_inside(Part part) {
  Block* block = block_of(part.base);
  return block != nullptr &&
         pages_after(part.base, part.pages) <= pages_after(block->base, block->pages);
}

// Pages in a row of one block. A big one is used at its beginning only.
Program::Part Program::any_part(Actor& by, PageCount most) {
  Block* block = any_block(by);
  if (block == nullptr) return {};
  const PageCount used = std::min(block->pages, kUsualBlock);
  const PageIndex first = by.random.below(used);
  return {pages_after(block->base, first), 1 + by.random.below(std::min(used - first, most))};
}

VirtAddr Program::any_page(Actor& by) {
  const Part part = any_part(by, 1);
  return part.pages != 0 ? part.base : pages_after(stack_.begin, 1);
}

// One that was written to, or any of the thread's own.
VirtAddr Program::any_word(Actor& by, VirtAddr page) {
  auto found = oracle_.pages().find(page.page_number());
  if (found != oracle_.pages().end() && !found->second.written.empty() && !by.random.chance(4)) {
    const auto& written = found->second.written;
    return page + written[by.random.below(written.size())];
  }
  return page + (by.thread + 2 * by.random.below(kWordsOfThread)) * 4;
}

void Program::perform(Kind kind, Actor& by) {
  world_.log.tell("#%u P%u.%u %s", world_.operation(), number_, by.thread, name_of(kind).data());
  switch (kind) {
    case Kind::Alloc: return alloc(by);
    case Kind::Promise: return promise(by);
    case Kind::Grow: return grow(by);
    case Kind::Lock: return lock(by);
    case Kind::Unlock: return unlock(by);
    case Kind::Free: return free(by);
    case Kind::Read: return touch(by, any_page(by), false);
    case Kind::Write: return touch(by, any_page(by), true);
    case Kind::SweepRead: return sweep(by, false);
    case Kind::SweepWrite: return sweep(by, true);
    case Kind::Protect: return protect(by);
    case Kind::Discard: return discard(by);
    case Kind::Resize: return resize(by);
    case Kind::Stack:
      return touch(by, pages_after(stack_.begin, by.random.below(12)), by.random.chance(2));
    case Kind::Image:
      return touch(by, pages_after(World::kImageBase, by.random.below(9)), by.random.chance(3));
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
  const VirtAddr word = any_word(by, page);
  world_.log.tell("    %s %#x", write ? "write" : "read", word.value);
  if (write) {
    (void)write_word(word, static_cast<uint32_t>(by.random.next()) | 1);
  } else {
    (void)read_word(word);
  }
}

void Program::sweep(Actor& by, bool write) {
  const Part part = any_part(by, kLongestSweep);
  world_.log.tell("    %u pages from %#x", part.pages, part.base.value);
  for (PageIndex i = 0; i < part.pages && !doomed; ++i) {
    const VirtAddr word = any_word(by, pages_after(part.base, i));
    const bool done = write ? write_word(word, static_cast<uint32_t>(by.random.next()) | 1)
                            : read_word(word);
    if (!done) return;
  }
}

// A call fails for want of memory alone, and only where there is none.
void Program::check_refusal(const char* call, Error error) {
  world_.log.add({4, static_cast<uint64_t>(error)});
  world_.log.tell("    refused");
  if (error != Error::OutOfFrames) {
    world_.log.wrong("%s fails with %d", call, static_cast<int>(error));
  }
  world_.excuse_out_of_memory(call, world_.freed);
}

// A promise is refused where the books have no room for it, too.
void Program::check_refused_promise(const char* call, Error error, PageCount more) {
  const bool beyond = error == Error::LimitReached && !world_.may_promise(*space_, more);
  if (beyond || (error == Error::OutOfFrames && !world_.could_promise(more))) {
    world_.log.tell("    refused");
    world_.log.add({7, more});
    ++world_.counts.refused_promises;
    return;
  }
  check_refusal(call, error);
}

void Program::alloc(Actor& by) {
  const bool enough = block_pages_ >= world_.pages_a_program();
  const bool big = by.random.chance(12);
  const PageCount pages = 1 + by.random.below(big ? kBigBlock : kUsualBlock);
  if (enough) return free(by);
  if (allocate(by, pages) && !by.random.chance(4)) fill(by, blocks_.back());
}

// Whatever it has already.
void Program::grow(Actor& by) {
  if (allocate(by, kUsualBlock)) fill(by, blocks_.back());
}

// The block is the last one then.
bool Program::allocate(Actor& by, PageCount pages) {
  auto base = mm::vmm_alloc(*space_, pages, VirtAddr{0}, options_for(by, mm::Storage::OnTouch));
  if (!base) return check_refusal("VmmAlloc", base.error()), false;
  add_block(*base, pages);
  return true;
}

void Program::promise(Actor& by) {
  const bool big = by.random.chance(6);
  const PageCount pages = 1 + by.random.below(big ? kBigPromise : kUsualBlock);
  if (block_pages_ >= world_.pages_a_program()) return free(by);
  auto base = mm::vmm_alloc(*space_, pages, VirtAddr{0}, options_for(by, mm::Storage::Promised));
  if (!base) return check_refused_promise("VmmAlloc", base.error(), pages);
  ++world_.counts.promises;
  add_block(*base, pages);
  oracle_.promise(*base, pages);
  if (!by.random.chance(3)) fill(by, blocks_.back());
}

void Program::add_block(VirtAddr base, PageCount pages) {
  world_.log.tell("    %u pages at %#x", pages, base.value);
  world_.log.add({5, base.value, pages});
  oracle_.add(base, pages, Access::ReadWrite);
  blocks_.push_back({base, pages});
  block_pages_ += std::min(pages, kUsualBlock);
}

void Program::fill(Actor& by, Block block) {
  for (PageIndex i = 0; i < std::min(block.pages, kUsualBlock) && !doomed; ++i) {
    const VirtAddr page = pages_after(block.base, i);
    if (oracle_.rights(page) == Access::ReadWrite) {
      (void)write_word(any_word(by, page), static_cast<uint32_t>(by.random.next()) | 1);
    }
  }
}

void Program::free(Actor& by) {
  Block* block = any_block(by);
  if (block == nullptr) return;
  world_.log.tell("    %u pages at %#x", block->pages, block->base.value);
  const VirtAddr inside = pages_after(block->base, by.random.below(block->pages));
  const bool done = mm::vmm_free(*space_, inside).has_value();
  block = block_of(inside);  // while it waited, it may have gone or changed
  if (done != (block != nullptr)) world_.log.wrong("VmmFree of %#x", inside.value);
  if (!done) return;
  ++world_.freed;
  disturb_locks(block->base, block->pages);
  oracle_.drop(block->base, block->pages);
  block_pages_ -= std::min(block->pages, kUsualBlock);
  *block = blocks_.back();
  blocks_.pop_back();
}

void Program::protect(Actor& by) {
  const Part part = any_part(by, 6);
  if (part.pages == 0) return;
  const bool back = by.random.chance(2);
  const auto access = back ? Access::ReadWrite : static_cast<Access>(by.random.below(3));
  world_.log.tell("    %u pages at %#x: %u", part.pages, part.base.value,
                  static_cast<unsigned>(access));
  const auto done = mm::vmm_protect(*space_, part.base, part.pages, access);
  if (!done && !is_inside(part)) return;  // it waited for memory, and the block has gone
  if (!done) return check_refusal("VmmProtect", done.error());
  oracle_.protect(part.base, part.pages, access);
}

// It may wait for pages on their way in; meanwhile the block may go.
void Program::discard(Actor& by) {
  const Part part = any_part(by, kUsualBlock);
  if (part.pages == 0) return;
  world_.log.tell("    %u pages at %#x", part.pages, part.base.value);
  const auto done = mm::vmm_discard(*space_, part.base, part.pages);
  if (done.has_value() != is_inside(part)) world_.log.wrong("VmmDiscard of %#x", part.base.value);
  if (!done) return;
  ++world_.freed;
  disturb_locks(part.base, part.pages);
  oracle_.forget(part.base, part.pages);
}

void Program::resize(Actor& by) {
  Block* block = any_block(by);
  if (block == nullptr) return;
  const VirtAddr inside = pages_after(block->base, by.random.below(block->pages));
  const PageCount pages = 1 + by.random.below(by.random.chance(6) ? kBigBlock : kUsualBlock);
  world_.log.tell("    %u pages at %#x: %u", block->pages, block->base.value, pages);
  const auto base = mm::vmm_resize(*space_, inside, pages);
  block = block_of(inside);  // while it waited, it may have gone or changed
  if (!base && block == nullptr) return;
  if (!base && oracle_.promised(block->base)) {
    return check_refused_promise("VmmResize", base.error(), pages);
  }
  if (!base) return check_refusal("VmmResize", base.error());
  if (block == nullptr) world_.log.wrong("VmmResize of nothing at %#x", inside.value);
  ++world_.freed;
  world_.log.add({6, base->value, pages});
  block_pages_ -= std::min(block->pages, kUsualBlock);
  block_pages_ += std::min(pages, kUsualBlock);
  disturb_locks(block->base, block->pages);
  oracle_.move(block->base, block->pages, *base, pages);
  *block = {*base, pages};
}

void Program::zero(Actor& by) {
  const VirtAddr page = any_page(by);
  world_.log.tell("    page %#x", page.value);
  for (size_t i = 0;; ++i) {
    auto found = oracle_.pages().find(page.page_number());  // anew: others write meanwhile
    if (found == oracle_.pages().end() || i >= found->second.written.size()) return;
    if (!write_word(page + found->second.written[i], 0)) return;
  }
}

// Nothing anyone can see changes.
void Program::lose_translations(Actor& by) {
  Part part = any_part(by, kUsualBlock);
  if (part.pages == 0) part = {World::kImageBase, 1};
  if (by.random.chance(4)) part = {pages_after(World::kImageBase, by.random.below(8)), 1};
  LockGuard guard(world_.machine.manager.lock);
  for (PageIndex i = 0; i < part.pages; ++i) {
    const VirtAddr page = pages_after(part.base, i);
    mm::Region* region = space_->find(page);
    if (region != nullptr) space_->unmap_folding(*region, VirtRange::of_pages(page, 1));
  }
}

}  // namespace mobius::simulation
