// Blocks come, change and go (block_calls.h).
#include "simulation/block_calls.h"

#include <algorithm>

#include "simulation/setting.h"

namespace mobius::simulation {

namespace {
constexpr PageCount kBigBlock = 1200, kBigPromise = 200;

// Of a new block: every second one is eager.
mm::BlockOptions options_for(Actor& by, mm::Storage storage) {
  const auto commit = by.random.chance(2) ? mm::Commit::Around : mm::Commit::Touched;
  return {.storage = storage, .commit = commit};
}
}  // namespace

// A call may fail because there is no memory, and for no other reason.
void BlockCalls::check_refusal(const char* call, Error error) {
  setting_.log.add({4, static_cast<uint64_t>(error)});
  setting_.log.tell("    refused");
  if (error != Error::OutOfFrames) {
    setting_.log.wrong("%s fails with %d", call, static_cast<int>(error));
  }
  setting_.full.excuse(call, setting_.freed);
}

// A promise is refused where the books have no room for it, too.
void BlockCalls::check_refused_promise(const char* call, Error error, PageCount more) {
  const bool beyond =
      error == Error::LimitReached && !setting_.full.may_promise(*memory_.space, more);
  if (beyond || (error == Error::OutOfFrames && !setting_.full.could_promise(more))) {
    setting_.log.tell("    refused");
    setting_.log.add({7, more});
    ++setting_.counts.refused_promises;
    return;
  }
  check_refusal(call, error);
}

void BlockCalls::alloc(Actor& by) {
  const bool enough = blocks_.used_pages() >= setting_.pages_a_program();
  const bool big = by.random.chance(12);
  const PageCount pages = 1 + by.random.below(big ? kBigBlock : Blocks::kUsual);
  if (enough) return free(by);
  if (allocate(by, pages) && !by.random.chance(4)) fill(by, blocks_.all().back());
}

// Whatever it has already.
void BlockCalls::grow(Actor& by) {
  if (allocate(by, Blocks::kUsual)) fill(by, blocks_.all().back());
}

// The block is the last one then.
bool BlockCalls::allocate(Actor& by, PageCount pages) {
  const mm::BlockOptions options = options_for(by, mm::Storage::OnTouch);
  auto base = mm::vmm_alloc(*memory_.space, pages, VirtAddr{0}, options);
  if (!base) return check_refusal("VmmAlloc", base.error()), false;
  add({*base, pages});
  return true;
}

void BlockCalls::promise(Actor& by) {
  const bool big = by.random.chance(6);
  const PageCount pages = 1 + by.random.below(big ? kBigPromise : Blocks::kUsual);
  if (blocks_.used_pages() >= setting_.pages_a_program()) return free(by);
  const mm::BlockOptions options = options_for(by, mm::Storage::Promised);
  auto base = mm::vmm_alloc(*memory_.space, pages, VirtAddr{0}, options);
  if (!base) return check_refused_promise("VmmAlloc", base.error(), pages);
  ++setting_.counts.promises;
  add({*base, pages});
  memory_.oracle.promise(*base, pages);
  if (!by.random.chance(3)) fill(by, blocks_.all().back());
}

void BlockCalls::add(Block block) {
  setting_.log.tell("    %u pages at %#x", block.pages, block.base.value);
  setting_.log.add({5, block.base.value, block.pages});
  memory_.oracle.add(block.base, block.pages, Access::ReadWrite);
  blocks_.add(block);
}

void BlockCalls::fill(Actor& by, Block block) {
  for (PageIndex i = 0; i < std::min(block.pages, Blocks::kUsual) && !memory_.doomed; ++i) {
    const VirtAddr page = pages_after(block.base, i);
    if (memory_.oracle.rights(page) == Access::ReadWrite) {
      (void)memory_.write(memory_.any_word(by, page), static_cast<uint32_t>(by.random.next()) | 1);
    }
  }
}

void BlockCalls::free(Actor& by) {
  Block* block = blocks_.any(by.random);
  if (block == nullptr) return;
  setting_.log.tell("    %u pages at %#x", block->pages, block->base.value);
  const VirtAddr inside = pages_after(block->base, by.random.below(block->pages));
  const Setting::Giving giving(setting_);
  const bool done = mm::vmm_free(*memory_.space, inside).has_value();
  block = blocks_.find(inside);  // while it waited, it may have gone or changed
  if (done != (block != nullptr)) setting_.log.wrong("VmmFree of %#x", inside.value);
  if (!done) return;
  ++setting_.freed;
  locks_.disturb(block->base, block->pages);
  memory_.oracle.drop(block->base, block->pages);
  blocks_.remove(*block);
}

void BlockCalls::protect(Actor& by) {
  const Part part = blocks_.any_part(by.random, 6);
  if (part.pages == 0) return;
  const bool back = by.random.chance(2);
  const auto access = back ? Access::ReadWrite : static_cast<Access>(by.random.below(3));
  setting_.log.tell("    %u pages at %#x: %u", part.pages, part.base.value,
                  static_cast<unsigned>(access));
  const auto done = mm::vmm_protect(*memory_.space, part.base, part.pages, access);
  if (!done && !blocks_.contain(part)) return;  // it waited for memory, and the block has gone
  if (!done) return check_refusal("VmmProtect", done.error());
  memory_.oracle.protect(part.base, part.pages, access);
}

// It may wait for pages on their way in; meanwhile the block may go.
void BlockCalls::discard(Actor& by) {
  const Part part = blocks_.any_part(by.random, Blocks::kUsual);
  if (part.pages == 0) return;
  setting_.log.tell("    %u pages at %#x", part.pages, part.base.value);
  const Setting::Giving giving(setting_);
  const auto done = mm::vmm_discard(*memory_.space, part.base, part.pages);
  if (done.has_value() != blocks_.contain(part)) {
    setting_.log.wrong("VmmDiscard of %#x", part.base.value);
  }
  if (!done) return;
  ++setting_.freed;
  locks_.disturb(part.base, part.pages);
  memory_.oracle.forget(part.base, part.pages);
}

void BlockCalls::resize(Actor& by) {
  Block* block = blocks_.any(by.random);
  if (block == nullptr) return;
  const VirtAddr inside = pages_after(block->base, by.random.below(block->pages));
  const PageCount pages = 1 + by.random.below(by.random.chance(6) ? kBigBlock : Blocks::kUsual);
  setting_.log.tell("    %u pages at %#x: %u", block->pages, block->base.value, pages);
  const Setting::Giving giving(setting_);
  const auto base = mm::vmm_resize(*memory_.space, inside, pages);
  block = blocks_.find(inside);  // while it waited, it may have gone or changed
  if (!base && block == nullptr) return;
  if (!base && memory_.oracle.promised(block->base)) {
    return check_refused_promise("VmmResize", base.error(), pages);
  }
  if (!base) return check_refusal("VmmResize", base.error());
  if (block == nullptr) setting_.log.wrong("VmmResize of nothing at %#x", inside.value);
  ++setting_.freed;
  setting_.log.add({6, base->value, pages});
  locks_.disturb(block->base, block->pages);
  memory_.oracle.move(block->base, block->pages, *base, pages);
  blocks_.change(*block, {*base, pages});
}

}  // namespace mobius::simulation
