// An address space as it begins and ends; translations that go; stacks.
#include "mm/space/address_space.h"

#include <algorithm>

#include "mm/objects/anonymous_object.h"
#include "mm/space/reverse_map.h"
#include "mm/space/steps.h"

namespace mobius::mm {

namespace {

class DropMappings final : public MappingVisitor {
 public:
  void visit(VirtAddr, Mapping) override {}
};

class FoldMappings final : public MappingVisitor {
 public:
  explicit FoldMappings(Region& region) : region_(region) {}
  void visit(VirtAddr page, Mapping mapping) override REQUIRES(memory_lock) {
    if (!mapping.dirty) return;
    VmObject& object = *region_.object.get();
    PageSlot* slot = object.slots().find(region_.page_at(page));
    KASSERT(slot != nullptr && slot->frame() == mapping.frame);
    object.note_dirty(*slot);
  }

 private:
  Region& region_;
};

}  // namespace

Result<KernelHeap::Owned<AddressSpace>> AddressSpace::create(MemoryManager& manager,
                                                             TranslationMap& map) {
  return manager.heap.create<AddressSpace>(manager, map);
}

AddressSpace::AddressSpace(MemoryManager& manager, TranslationMap& map)
    : load(manager.waiting), regions(manager, footprint), manager_(manager), map_(map) {
  manager_.spaces.push_back(*this);
}

void AddressSpace::clear() {
  while (clear_some() == Progress::More) manager_.waiting.let_others_run();
}

// One step, from the last region on.
Progress AddressSpace::clear_some() {
  LockGuard guard(manager_.lock);
  for (StepWork work(manager_); !work.done();) {
    auto* const region = static_cast<Region*>(regions.set().last());
    if (region == nullptr) {
      if (linked()) manager_.spaces.remove(*this);
      return Progress::Done;
    }
    clear_end_of(*region, work);
  }
  return Progress::More;
}

// More regions may show the object: each frees its own pages, so that the last one has few left.
VirtAddr AddressSpace::clear_end_of(Region& region, StepWork& work) {
  VmObject* const object = region.object.get();
  const VirtRange was = region.range;
  if (object == nullptr || object->slots().untouched()) {
    regions.erase(region);
    work.region(1);
    return was.begin;
  }
  const VirtRange part = part_before(region, was.end, was.begin);
  const PageIndex first = region.page_at(part.begin), end = region.page_at(part.end);
  if (object->references() == 1) object->belong_to(footprint);  // the others have gone
  if (object->belongs_to(footprint)) {
    unmap_unwanted(part);
    object->empty_idle_slots(first, end);
    object->give_leaves(first, end);
  } else {
    unmap_folding(region, part);  // other views keep the pages
    if (region.locking != Locking::None) regions.lock(region, Locking::None);
    let_go_of_locked(*object, first, end);
  }
  if (part.begin == was.begin) {
    regions.erase(region);
  } else {
    regions.resize(region, {was.begin, part.begin});
  }
  work.region(end - first);
  return part.begin;
}

PageSlot* AddressSpace::slot_at(VirtAddr a) const {
  const Region* region = find(a);
  if (region == nullptr || region->object.get() == nullptr) return nullptr;
  return region->object.get()->slots().find(region->page_at(a));
}

Result<PageSlot*> AddressSpace::make_slot(VmObject& object, PageIndex index) {
  TRY(regions.check_slots(std::min(object.pages(), SlotTable::kLeafSlots) * sizeof(PageSlot)));
  return object.make_slot(index);
}

void AddressSpace::unmap_leaving(Region* first, VirtRange range) {
  for (Region* r = first; r != nullptr && r->range.begin < range.end; r = regions.next(*r)) {
    const VmObject* const object = r->object.get();
    if (object != nullptr && object->references() > 1) stop_showing(*r);
  }
  unmap_unwanted(range);
}

void AddressSpace::unmap_unwanted(VirtRange range) {
  DropMappings drop;
  map_.unmap_range(range, drop);
}

void AddressSpace::stop_showing(Region& region) {
  unmap_folding(region, region.range);
  if (region.locking == Locking::None) return;
  regions.lock(region, Locking::None);
  let_go_of_locked(*region.object.get(), region.first_page, region.page_at(region.range.end));
}

void AddressSpace::unmap_folding(Region& region, VirtRange range) {
  FoldMappings fold(region);
  map_.unmap_range(range, fold);
}

namespace {

// The sum of f(object) over the objects that the regions show, each counted once: where its first
// page is shown. The regions of a block that moves are at two places for a while.
template <typename F>
uint32_t sum_over_objects(const RegionSet& set, F&& f) REQUIRES(memory_lock) {
  uint32_t sum = 0;
  for (RegionNode* n = set.first(); n != nullptr; n = set.next(*n)) {
    auto& region = static_cast<Region&>(*n);
    VmObject* object = region.object.get();
    if (object != nullptr && region.first_page == 0) sum += f(*object);
  }
  return sum;
}

}  // namespace

uint32_t AddressSpace::promised_pages() const {
  return sum_over_objects(regions.set(), [](VmObject& object) REQUIRES(memory_lock) {
    return object.promise().pages();
  });
}

Result<VirtRange> AddressSpace::map_stack(uint32_t bytes) {
  CallGuard guard(*this);
  if (bytes > kUserEnd) return Failure(Error::OutOfAddressSpace);
  PageCount pages = std::max((bytes + kPageOffsetMask) >> kPageShift, kMinStackPages);
  auto base = regions.set().find_gap_below(kUserRange.end, pages);
  if (!base) return Failure(Error::OutOfAddressSpace);
  Regions::New region = TRY(regions.make());
  ObjectReference object = TRY(AnonymousObject::create(manager_, pages));
  // From here on nothing fails.
  object.get()->belong_to(footprint);
  region->attach(*this, std::move(object));
  region->kind = RegionKind::Stack;
  region->access = Access::ReadWrite;
  region->block_base = *base;
  return regions.insert(std::move(region), VirtRange::of_pages(*base, pages)).range;
}

void AddressSpace::unmap_stack(VirtRange stack) {
  LongCall call(*this);
  {
    CallGuard guard(call);
    if (is_long(*this, *find(stack.begin), stack)) call.begin(stack);
  }
  if (call.begun()) free_in_steps(*this, stack);
  LockGuard guard(manager_.lock);
  Region* region = find(stack.begin);
  unmap_leaving(region, region->range);
  regions.erase(*region);
  freed.note(stack);
}

}  // namespace mobius::mm
