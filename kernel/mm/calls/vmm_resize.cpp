// VmmResize: grows a block where it stands, moves it, or cuts it off. Pages are never copied: the
// object keeps them, and the regions that show it change.
#include "mm/calls/vmm_internal.h"

namespace mobius::mm {

namespace {

VirtRange range_for(const Block& block, PageCount pages) {
  return VirtRange::of_pages(block.range.begin, pages);
}

// Frees the pages of the block from `end` on, and the address range with them. `upper`: for what
// is cut off; none is needed where a region begins at `end`.
void shrink(AddressSpace& space, Block block, VirtAddr end, Regions::New upper)
    REQUIRES(memory_lock) {
  VirtAddr reservation = block.first->reservation;
  Region* region = space.find(end);
  VirtRange tail{end, block.range.end};
  if (region->range.begin != end) {
    space.regions.split(*region, end, std::move(upper));
    region = space.regions.next(*region);
  }
  VmObject* object = region->object.get();
  PageIndex first = region->page_at(end);
  Regions& regions = space.regions;
  for (Region* r = region; r != nullptr && r->same_block(*block.first); r = regions.next(*r)) {
    space.unmap_unwanted(r->range);
  }
  object->empty_slots(first, first + tail.size_pages());
  while (Region* extra = regions.next(*region)) {
    if (!extra->same_block(*region)) break;
    regions.erase(*extra);
  }
  space.freed.note(tail);
  if (reservation.value == 0) {
    space.regions.erase(*region);
  } else {
    space.regions.resize(*region, tail);
    return_to_reservation(space, *region);
  }
}

// Whether [from, to) behind a block can become part of it where it stands.
bool can_extend(AddressSpace& space, const Block& block, VirtAddr to) REQUIRES(memory_lock) {
  VirtRange more{block.range.end, to};
  if (block.first->reservation.value == 0) return space.regions.set().is_free(more);
  Region* next = space.regions.next(*block.last);
  return next != nullptr && next->kind == RegionKind::Reserved &&
         next->block_base == block.first->reservation && next->range.contains(more);
}

// For what a block grows by, where its last pages are locked; nothing where they are not.
Result<Regions::New> make_grown(AddressSpace& space, const Block& block) REQUIRES(memory_lock) {
  if (block.last->locking == Locking::None) return Regions::New();
  return space.regions.make();
}

void extend(AddressSpace& space, const Block& block, VirtAddr to, Regions::New grown)
    REQUIRES(memory_lock) {
  if (block.first->reservation.value != 0) {
    Region* unused = space.regions.next(*block.last);
    if (unused->range.end == to) {
      space.regions.erase(*unused);
    } else {
      space.regions.resize(*unused, {to, unused->range.end});
    }
  }
  space.regions.resize(*block.last, {block.last->range.begin, to});
  if (grown) cut_off_grown(space.regions, *block.last, block.range.end, std::move(grown));
}

// What is left to do of a block that is resized in steps.
struct Resizing {
  explicit Resizing(AddressSpace& space) : call(space) {}

  LongCall call;
  Regions::New upper{};            // for what is cut off
  std::optional<Moving> moving{};  // a block that is on its way
};

// Where the block is now; or what to do before the next attempt.
struct Resized {
  enum class Next : uint8_t { Done, Again, Empty, Unmap, Move };
  Next next;
  VirtAddr base{};
  VirtRange range{};  // Empty, Unmap: in steps
};

Result<Resized> shrink_or_not_yet(AddressSpace& space, const Block& block, PageCount pages,
                                  Resizing& resizing) REQUIRES(memory_lock) {
  VmObject& object = *block.first->object.get();
  const PageCount old_pages = block.range.size_pages();
  const VirtRange tail{range_for(block, pages).end, block.range.end};
  Region& cut = *space.find(tail.begin);
  if (cut.range.begin != tail.begin && !resizing.upper) {
    resizing.upper = TRY(space.regions.make());
  }
  // From here on nothing fails.
  if (!resizing.call.begun() && is_long(space, cut, tail)) {
    resizing.call.begin(block.range);
    return Resized{Resized::Next::Empty, {}, tail};
  }
  // A page that is to go is on its way in.
  if (object.any_busy(pages, old_pages)) {
    space.manager().waiting.wait(&object, space.manager().lock);
    return Resized{Resized::Next::Again};
  }
  ObjectReference keep(&object);
  object.add_reference();
  const VirtAddr base = block.range.begin;
  shrink(space, block, tail.begin, std::move(resizing.upper));
  object.show(pages);
  if (object.promised()) {
    object.promise().reduce(Promises::cost_of(old_pages) - Promises::cost_of(pages));
  }
  return Resized{Resized::Next::Done, base};
}

// Room for the slots of n pages, and the promise, where there is one.
Result<void> grow_object(AddressSpace& space, VmObject& object, PageCount had, PageCount pages)
    REQUIRES(memory_lock) {
  if (object.promised()) return promise_pages(space, object, had, pages);
  return object.pages() < pages ? object.resize_slots(pages) : Result<void>();
}

Resized move_on(Moving& moving) REQUIRES(memory_lock) {
  if (moving.step() == Progress::More) return {Resized::Next::Move};
  return {Resized::Next::Done, moving.target()};
}

Result<Resized> grow_in_place(AddressSpace& space, const Block& block, PageCount pages)
    REQUIRES(memory_lock) {
  Regions::New grown = TRY(make_grown(space, block));
  TRY(grow_object(space, *block.first->object.get(), block.range.size_pages(), pages));
  // From here on nothing fails.
  block.first->object.get()->show(pages);
  extend(space, block, range_for(block, pages).end, std::move(grown));
  return Resized{Resized::Next::Done, block.range.begin};
}

Result<Resized> grow_elsewhere(AddressSpace& space, const Block& block, PageCount pages,
                               Resizing& resizing) REQUIRES(memory_lock) {
  const VirtRange target = TRY(choose_range(space, pages, VirtAddr{0}));
  if (!resizing.call.begun() && is_long(space, *block.first, block.range)) {
    resizing.call.begin(block.range, target);
    return Resized{Resized::Next::Unmap, {}, block.range};
  }
  Regions::New left_behind;
  if (block.first->reservation.value != 0) left_behind = TRY(space.regions.make());
  Regions::New grown = TRY(make_grown(space, block));
  TRY(grow_object(space, *block.first->object.get(), block.range.size_pages(), pages));
  // From here on nothing fails.
  block.first->object.get()->show(pages);
  resizing.moving.emplace(space, block, target, std::move(grown), std::move(left_behind));
  return move_on(*resizing.moving);
}

Result<Resized> grow_or_not_yet(AddressSpace& space, const Block& block, PageCount pages,
                                Resizing& resizing) REQUIRES(memory_lock) {
  const PageCount room = (kUserRange.end - block.range.begin) >> kPageShift;
  const bool in_place = pages <= room && can_extend(space, block, range_for(block, pages).end);
  return in_place ? grow_in_place(space, block, pages)
                  : grow_elsewhere(space, block, pages, resizing);
}

Result<Resized> resize_or_not_yet(VirtAddr address, PageCount pages, Resizing& resizing)
    EXCLUDES(memory_lock) {
  AddressSpace& space = resizing.call.space();
  CallGuard guard(resizing.call);
  if (resizing.moving) return move_on(*resizing.moving);
  auto block = find_block(space, address);
  if (!block || block->first->kind != RegionKind::Block) return Failure(Error::BadArgument);
  if (!block->first->object.get()->belongs_to(space.footprint)) return Failure(Error::Busy);
  const PageCount old_pages = block->range.size_pages();
  if (pages == old_pages) return Resized{Resized::Next::Done, block->range.begin};
  return pages < old_pages ? shrink_or_not_yet(space, *block, pages, resizing)
                           : grow_or_not_yet(space, *block, pages, resizing);
}

}  // namespace

Result<VirtAddr> vmm_resize(AddressSpace& space, VirtAddr address, PageCount pages) {
  if (pages == 0 || pages > kMaxUserPages) return Failure(Error::BadArgument);
  Resizing resizing(space);
  for (;;) {
    const Resized resized = TRY(retry_for_frames(
        space.manager(), [&] { return resize_or_not_yet(address, pages, resizing); }));
    switch (resized.next) {
      case Resized::Next::Done: return resized.base;
      case Resized::Next::Again: break;
      case Resized::Next::Empty: empty_in_steps(space, resized.range, Parts::Join); break;
      case Resized::Next::Unmap: unmap_in_steps(space, resized.range, Access::None); break;
      case Resized::Next::Move: space.manager().waiting.let_others_run(); break;
    }
  }
}

}  // namespace mobius::mm
