// Regions coming, going, splitting and merging; stacks and images.
#include "mm/space/address_space.h"

#include <algorithm>

#include "mm/objects/anonymous_object.h"
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
    : manager_(manager), map_(map) {
  manager_.spaces.push_back(*this);
}

void AddressSpace::clear() {
  while (clear_some()) manager_.waiting.let_others_run();
}

// One step, from the last region on. False: that was all.
bool AddressSpace::clear_some() {
  LockGuard guard(manager_.lock);
  for (StepWork work(manager_); !work.done();) {
    auto* const region = static_cast<Region*>(regions_.last());
    if (region == nullptr) {
      if (linked()) manager_.spaces.remove(*this);
      return false;
    }
    clear_end_of(*region, work);
  }
  return true;
}

// Its object may be that of more regions: it is not left to the last one to free all pages.
VirtAddr AddressSpace::clear_end_of(Region& region, StepWork& work) {
  VmObject* const object = region.object.get();
  const VirtRange was = region.range;
  if (object == nullptr || object->slots().untouched()) {
    erase(region);
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
    unmap_folding(region, part);  // others go on with the pages
  }
  if (part.begin == was.begin) {
    erase(region);
  } else {
    regions_.resize(region, {was.begin, part.begin});
  }
  work.region(end - first);
  return part.begin;
}

PageSlot* AddressSpace::slot_at(VirtAddr a) const {
  const Region* region = find(a);
  if (region == nullptr || region->object.get() == nullptr) return nullptr;
  return region->object.get()->slots().find(region->page_at(a));
}

inline bool AddressSpace::fits(uint32_t bytes, uint32_t frames_of_all) const {
  return (kernel_bytes() + bytes) >> kPageShift < manager_.share.of_one &&
         manager_.frames.kernel_frames() < frames_of_all;
}

uint32_t AddressSpace::kernel_bytes() const {
  return static_cast<uint32_t>(regions_.size()) * kRegionBytes + footprint.slot_bytes;
}

namespace {

// Of the running thread: what the promised need is there, whatever others have (S1).
bool is_promised(const MemoryManager& manager) {
  return manager.waiting.promoted(FrameClass::Normal) == FrameClass::Promised;
}

}  // namespace

Result<AddressSpace::NewRegion> AddressSpace::make_region() {
  if (!fits(kRegionBytes, manager_.share.of_all_regions)) [[unlikely]] TRY(check_region());
  if (regions_.size() >= kMaxRegions) [[unlikely]] return Failure(Error::LimitReached);
  return manager_.heap.create<Region>();
}

Result<void> AddressSpace::check_region() const {
  const bool has_little = kernel_bytes() >> kPageShift < manager_.share.little;
  const bool may = has_little && fits(kRegionBytes, manager_.share.of_all_slots);
  return may || is_promised(manager_) ? Result<void>() : Failure(Error::LimitReached);
}

Result<void> AddressSpace::check_slots(uint32_t bytes) const {
  const bool may = fits(bytes, manager_.share.of_all_slots) || is_promised(manager_);
  return may ? Result<void>() : Failure(Error::LimitReached);
}

Result<PageSlot*> AddressSpace::make_slot(VmObject& object, PageIndex index) {
  TRY(check_slots(std::min(object.pages(), SlotTable::kLeafSlots) * sizeof(PageSlot)));
  return object.make_slot(index);
}

Region& AddressSpace::insert(NewRegion region, VirtRange range) {
  Region& r = *region.release();
  r.range = range;
  regions_.insert(r);
  return r;
}

void AddressSpace::erase(Region& region) {
  regions_.remove(region);
  manager_.heap.destroy(&region);
}

void AddressSpace::split(Region& region, VirtAddr at, NewRegion upper) {
  KASSERT(region.range.begin < at && at < region.range.end);
  VirtRange upper_range{at, region.range.end};
  upper->kind = region.kind;
  upper->access = region.access;
  upper->code = region.code;
  upper->part = region.part = true;
  upper->block_base = region.block_base;
  upper->reservation = region.reservation;
  upper->first_page = region.page_at(at);
  upper->commit_ahead = region.commit_ahead;
  if (VmObject* object = region.object.get()) {
    object->add_reference();
    upper->attach(*this, ObjectReference(object));
  }
  regions_.resize(region, {region.range.begin, at});
  insert(std::move(upper), upper_range);
}

void AddressSpace::merge_with_next(Region& region) {
  Region* next = this->next(region);
  if (next == nullptr || next->range.begin != region.range.end) return;
  bool same = region.same_block(*next) && region.access == next->access &&
              region.code == next->code && region.reservation == next->reservation &&
              region.object.get() == next->object.get();
  if (!same) return;
  if (region.object.get() != nullptr && next->first_page != region.page_at(region.range.end)) {
    return;
  }
  VirtRange whole{region.range.begin, next->range.end};
  erase(*next);
  regions_.resize(region, whole);
}

void AddressSpace::unmap_leaving(Region* first, VirtRange range) {
  for (Region* r = first; r != nullptr && r->range.begin < range.end; r = next(*r)) {
    const VmObject* const object = r->object.get();
    if (object != nullptr && object->references() > 1) unmap_folding(*r, r->range);
  }
  unmap_unwanted(range);
}

void AddressSpace::unmap_unwanted(VirtRange range) {
  DropMappings drop;
  map_.unmap_range(range, drop);
}

void AddressSpace::unmap_folding(Region& region, VirtRange range) {
  FoldMappings fold(region);
  map_.unmap_range(range, fold);
}

namespace {

// The sum of f(object) over the objects that the regions show, each counted once: where its first
// page is shown. The regions of a block that moves are at two places for a while.
template <typename F>
uint32_t sum_over_objects(const RegionSet& regions, F&& f) REQUIRES(memory_lock) {
  uint32_t sum = 0;
  for (RegionNode* n = regions.first(); n != nullptr; n = regions.next(*n)) {
    auto& region = static_cast<Region&>(*n);
    VmObject* object = region.object.get();
    if (object != nullptr && region.first_page == 0) sum += f(*object);
  }
  return sum;
}

}  // namespace

uint32_t AddressSpace::locked_pages() const {
  return sum_over_objects(regions_, [](VmObject& object) REQUIRES(memory_lock) {
    return object.locked_pages;
  });
}

uint32_t AddressSpace::promised_pages() const {
  return sum_over_objects(regions_, [](VmObject& object) REQUIRES(memory_lock) {
    return object.promise().pages();
  });
}

Result<VirtRange> AddressSpace::map_stack(uint32_t bytes) {
  CallGuard guard(*this);
  if (bytes > kUserEnd) return Failure(Error::OutOfAddressSpace);
  PageCount pages = std::max((bytes + kPageOffsetMask) >> kPageShift, kMinStackPages);
  auto base = regions_.find_gap_below(kUserRange.end, pages);
  if (!base) return Failure(Error::OutOfAddressSpace);
  NewRegion region = TRY(make_region());
  ObjectReference object = TRY(AnonymousObject::create(manager_, pages));
  // From here on nothing fails.
  object.get()->belong_to(footprint);
  region->attach(*this, std::move(object));
  region->kind = RegionKind::Stack;
  region->access = Access::ReadWrite;
  region->block_base = *base;
  return insert(std::move(region), VirtRange::of_pages(*base, pages)).range;
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
  erase(*region);
  freed.note(stack);
}

}  // namespace mobius::mm
