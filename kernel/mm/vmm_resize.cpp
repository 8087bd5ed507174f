// VmmResize: grows a block where it stands, moves it, or cuts it off. Pages are never copied: the
// object keeps them, and the regions that show it change.
#include "mm/vmm_internal.h"

namespace mobius::mm {

namespace {

VirtRange range_for(const Block& block, PageCount pages) {
  return VirtRange::of_pages(block.range.begin, pages);
}

// Frees the pages of the block from `end` on, and the address range with them. `upper`: for what
// is cut off; none is needed where a region begins at `end`.
void shrink(AddressSpace& space, Block block, VirtAddr end, AddressSpace::NewRegion upper)
    REQUIRES(memory_lock) {
  VirtAddr reservation = block.first->reservation;
  Region* region = space.find(end);
  VirtRange tail{end, block.range.end};
  if (region->range.begin != end) {
    space.split(*region, end, std::move(upper));
    region = space.next(*region);
  }
  VmObject* object = region->object.get();
  PageIndex first = region->page_at(end);
  for (Region* r = region; r != nullptr && r->same_block(*block.first); r = space.next(*r)) {
    space.unmap_folding(*r, r->range);
  }
  object->empty_slots(first, first + tail.size_pages());
  while (Region* extra = space.next(*region)) {
    if (!extra->same_block(*region)) break;
    space.erase(*extra);
  }
  space.note_freed(tail);
  if (reservation.value == 0) {
    space.erase(*region);
  } else {
    space.regions().resize(*region, tail);
    return_to_reservation(space, *region);
  }
}

// Whether [from, to) behind a block can become part of it where it stands.
bool can_extend(AddressSpace& space, const Block& block, VirtAddr to) REQUIRES(memory_lock) {
  VirtRange more{block.range.end, to};
  if (block.first->reservation.value == 0) return space.regions().is_free(more);
  Region* next = space.next(*block.last);
  return next != nullptr && next->kind == RegionKind::Reserved &&
         next->block_base == block.first->reservation && next->range.contains(more);
}

void extend(AddressSpace& space, const Block& block, VirtAddr to) REQUIRES(memory_lock) {
  if (block.first->reservation.value != 0) {
    Region* unused = space.next(*block.last);
    if (unused->range.end == to) {
      space.erase(*unused);
    } else {
      space.regions().resize(*unused, {to, unused->range.end});
    }
  }
  space.regions().resize(*block.last, {block.last->range.begin, to});
}

// What has to come before the block is changed under one lock, because it takes long, and what is
// held for the change meanwhile; made once: what is left afterwards is not much. And the move.
struct Preparation {
  VirtRange range{};
  KeptObject object;                // whose pages in `range` go; none: only their translations do
  AddressSpace::NewRegion upper{};  // for what is cut off
  bool begun = false;
  std::optional<Moving> moving{};   // a block that is on its way, and will be at `target`
  VirtAddr target{};
};

// Where the block is now; or what to do before the next attempt.
struct Resized {
  enum class Next : uint8_t { Done, Wait, Prepare, Move };
  Next next;
  VirtAddr base{};
  VmObject* busy = nullptr;  // to wait for: one of its pages is on its way in while it is to go
};

Result<Resized> shrink_or_not_yet(AddressSpace& space, const Block& block, PageCount pages,
                                  Preparation& before) REQUIRES(memory_lock) {
  VmObject& object = *block.first->object.get();
  const PageCount old_pages = block.range.size_pages();
  const VirtRange tail{range_for(block, pages).end, block.range.end};
  const bool cuts = space.find(tail.begin)->range.begin != tail.begin;
  if (cuts && !before.upper) before.upper = TRY(space.make_region());
  // From here on nothing fails.
  if (is_long(block) && !std::exchange(before.begun, true)) {
    before.range = tail;
    before.object.keep(object);
    return Resized{Resized::Next::Prepare};
  }
  if (object.any_busy(pages, old_pages)) return Resized{Resized::Next::Wait, {}, &object};
  ObjectReference keep(&object);
  object.add_reference();
  const VirtAddr base = block.range.begin;
  shrink(space, block, tail.begin, std::move(before.upper));
  object.show(pages);
  if (object.promised()) {
    object.promise().reduce(Promises::cost_of(old_pages) - Promises::cost_of(pages));
  }
  return Resized{Resized::Next::Done, base};
}

// Room for the slots of so many pages, and the promise, where there is one.
Result<void> grow_object(AddressSpace& space, VmObject& object, PageCount had, PageCount pages)
    REQUIRES(memory_lock) {
  const size_t before = object.slots().bookkeeping_bytes();
  Result<void> grown;
  if (object.promised()) {
    grown = promise_pages(space, object, had, pages);
  } else if (object.pages() < pages) {
    grown = object.slots().resize(pages);
  }
  space.slots_changed(object, before);
  return grown;
}

Resized move_on(Preparation& before) REQUIRES(memory_lock) {
  if (before.moving->step()) return {Resized::Next::Move};
  return {Resized::Next::Done, before.target};
}

Result<Resized> grow_or_not_yet(AddressSpace& space, const Block& block, PageCount pages,
                                Preparation& before) REQUIRES(memory_lock) {
  VmObject& object = *block.first->object.get();
  const PageCount old_pages = block.range.size_pages();
  const VirtAddr base = block.range.begin;
  PageCount room = (kUserRange.end - base) >> kPageShift;
  bool in_place = pages <= room && can_extend(space, block, range_for(block, pages).end);
  VirtRange target;
  AddressSpace::NewRegion left_behind;
  if (!in_place) {
    target = TRY(choose_range(space, pages, VirtAddr{0}));
    if (is_long(block) && !std::exchange(before.begun, true)) {
      before.range = block.range;
      return Resized{Resized::Next::Prepare};
    }
    if (block.first->reservation.value != 0) left_behind = TRY(space.make_region());
  }
  TRY(grow_object(space, object, old_pages, pages));
  // From here on nothing fails.
  object.show(pages);
  if (in_place) {
    extend(space, block, range_for(block, pages).end);
    return Resized{Resized::Next::Done, base};
  }
  before.target = target.begin;
  before.moving.emplace(space, block, target, std::move(left_behind));
  return move_on(before);
}

Result<Resized> resize_or_not_yet(AddressSpace& space, VirtAddr address, PageCount pages,
                                  Preparation& before) EXCLUDES(memory_lock) {
  LockGuard guard(space.manager().lock);
  if (before.moving) return move_on(before);
  auto block = find_block(space, address);
  if (!block || block->first->kind != RegionKind::Block) return Failure(Error::BadArgument);
  const PageCount old_pages = block->range.size_pages();
  if (pages == old_pages) return Resized{Resized::Next::Done, block->range.begin};
  return pages < old_pages ? shrink_or_not_yet(space, *block, pages, before)
                           : grow_or_not_yet(space, *block, pages, before);
}

void prepare(AddressSpace& space, Preparation& before) EXCLUDES(memory_lock) {
  if (before.object.get() != nullptr) {
    empty_in_steps(space, *before.object.get(), before.range, Parts::Join);
  } else {
    unmap_in_steps(space, before.range);
  }
}

}  // namespace

Result<VirtAddr> vmm_resize(AddressSpace& space, VirtAddr address, PageCount pages) {
  if (pages == 0 || pages > kMaxUserPages) return Failure(Error::BadArgument);
  Preparation before;
  for (;;) {
    const Resized resized = TRY(with_frames(
        space.manager(), [&] { return resize_or_not_yet(space, address, pages, before); }));
    switch (resized.next) {
      case Resized::Next::Done: return resized.base;
      case Resized::Next::Wait: space.manager().waiting.wait(resized.busy); break;
      case Resized::Next::Prepare: prepare(space, before); break;
      case Resized::Next::Move: space.manager().waiting.let_others_run(); break;
    }
  }
}

}  // namespace mobius::mm
