// VmmResize: grows a block where it stands, moves it, or cuts it off. Pages are never copied: the
// object keeps them, and the regions that show it change.
#include "mm/vmm_internal.h"

namespace mobius::mm {

namespace {

VirtRange range_for(const Block& block, PageCount pages) {
  return VirtRange::of_pages(block.range.begin, pages);
}

// Frees the pages of the block from `end` on, and the address range with them.
Result<void> shrink(AddressSpace& space, Block block, VirtAddr end) REQUIRES(memory_lock) {
  VirtAddr reservation = block.first->reservation;
  Region* region = space.find(end);
  VirtRange tail{end, block.range.end};
  if (region->range.begin != end) {
    AddressSpace::NewRegion upper = TRY(space.make_region());
    space.split(*region, end, std::move(upper));
    region = space.next(*region);
  }
  // From here on nothing fails.
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
  return {};
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

// Moves the block's regions to `target`, whose extra pages go to the last of them.
void move(AddressSpace& space, Block block, VirtRange target, AddressSpace::NewRegion left_behind)
    REQUIRES(memory_lock) {
  VirtAddr reservation = block.first->reservation;
  uint32_t delta = target.begin - block.range.begin;
  for (Region* region = block.first; region != nullptr;) {
    Region* next = region == block.last ? nullptr : space.next(*region);
    space.unmap_folding(*region, region->range);
    VirtRange moved{region->range.begin + delta, region->range.end + delta};
    if (next == nullptr) moved.end = target.end;
    space.regions().remove(*region);
    region->range = moved;
    region->block_base = target.begin;
    region->reservation = VirtAddr{0};
    space.regions().insert(*region);
    region = next;
  }
  space.note_freed(block.range);
  if (!left_behind) return;
  left_behind->reservation = reservation;
  return_to_reservation(space, space.insert(std::move(left_behind), block.range));
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

// Where the block is now; or the object one of whose pages is on its way in while it is to go.
struct Resized {
  VirtAddr base;
  VmObject* busy = nullptr;
};

Result<Resized> resize_or_busy(AddressSpace& space, VirtAddr address, PageCount pages)
    EXCLUDES(memory_lock) {
  LockGuard guard(space.manager().lock);
  auto block = find_block(space, address);
  if (!block || block->first->kind != RegionKind::Block) return Failure(Error::BadArgument);
  PageCount old_pages = block->range.size_pages();
  VirtAddr base = block->range.begin;
  VmObject& object = *block->first->object.get();
  if (pages == old_pages) return Resized{base};
  if (pages < old_pages) {
    if (object.any_busy(pages, old_pages)) return Resized{base, &object};
    ObjectReference keep(&object);
    object.add_reference();
    TRY(shrink(space, *block, range_for(*block, pages).end));
    object.show(pages);
    if (object.promised()) {
      object.promise().reduce(Promises::cost_of(old_pages) - Promises::cost_of(pages));
    }
    return Resized{base};
  }
  PageCount room = (kUserRange.end - base) >> kPageShift;
  bool in_place = pages <= room && can_extend(space, *block, range_for(*block, pages).end);
  VirtRange target;
  AddressSpace::NewRegion left_behind;
  if (!in_place) {
    target = TRY(choose_range(space, pages, VirtAddr{0}));
    if (block->first->reservation.value != 0) left_behind = TRY(space.make_region());
  }
  TRY(grow_object(space, object, old_pages, pages));
  // From here on nothing fails.
  object.show(pages);
  if (in_place) {
    extend(space, *block, range_for(*block, pages).end);
    return Resized{base};
  }
  move(space, *block, target, std::move(left_behind));
  return Resized{target.begin};
}

}  // namespace

Result<VirtAddr> vmm_resize(AddressSpace& space, VirtAddr address, PageCount pages) {
  if (pages == 0 || pages > kMaxUserPages) return Failure(Error::BadArgument);
  for (;;) {
    Resized resized = TRY(
        with_frames(space.manager(), [&] { return resize_or_busy(space, address, pages); }));
    if (resized.busy == nullptr) return resized.base;
    space.manager().waiting.wait(resized.busy);
  }
}

}  // namespace mobius::mm
