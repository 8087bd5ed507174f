// Regions coming, going, splitting and merging.
#include "mm/space/regions.h"

#include "mm/space/address_space.h"

namespace mobius::mm {

namespace {

// Whether the running thread is promised: its needs are met whatever others have (S1).
bool is_promised(const MemoryManager& manager) {
  return manager.waiting.promoted(FrameClass::Normal) == FrameClass::Promised;
}

bool are_one(const Region& a, const Region& b) REQUIRES(memory_lock) {
  if (a.range.end != b.range.begin) return false;
  const bool same = a.same_block(b) && a.access == b.access && a.code == b.code &&
                    a.locking == b.locking && a.reservation == b.reservation &&
                    a.object.get() == b.object.get();
  return same && (a.object.get() == nullptr || b.first_page == a.page_at(a.range.end));
}

}  // namespace

// The first page goes last of a view's.
void Region::view_ends() {
  VmObject& shown = *object.get();
  if (shown.views().empty()) return shown.belong_to(shown.manager().of_nobody);
  if (first_page == 0) return_to_owner(shown);
}

void return_to_owner(VmObject& object) {
  const Region* const first = object.views().front();
  const bool is_shared = object.belongs_to(object.manager().of_nobody);
  if (!is_shared || first == nullptr || object.is_offered()) return;
  for (const Region& view : object.views()) {
    if (view.space != first->space || view.block_base != first->block_base) return;
  }
  object.belong_to(first->space->footprint);
}

uint32_t Regions::kernel_bytes() const {
  return static_cast<uint32_t>(set_.size()) * kRegionBytes + footprint_.slot_bytes;
}

inline bool Regions::fits(uint32_t bytes, uint32_t frames_of_all) const {
  return (kernel_bytes() + bytes) >> kPageShift < manager_.share.of_one &&
         manager_.frames.counts().kernel() < frames_of_all;
}

Result<Regions::New> Regions::make() {
  if (!fits(kRegionBytes, manager_.share.of_all_regions)) [[unlikely]] TRY(check_region());
  if (set_.size() >= kMaxRegions) [[unlikely]] return Failure(Error::LimitReached);
  return manager_.heap.create<Region>();
}

Result<void> Regions::check_region() const {
  const bool has_little = kernel_bytes() >> kPageShift < manager_.share.little;
  const bool may = has_little && fits(kRegionBytes, manager_.share.of_all_slots);
  return may || is_promised(manager_) ? Result<void>() : Failure(Error::LimitReached);
}

Result<void> Regions::check_slots(uint32_t bytes) const {
  const bool may = fits(bytes, manager_.share.of_all_slots) || is_promised(manager_);
  return may ? Result<void>() : Failure(Error::LimitReached);
}

Region& Regions::insert(New region, VirtRange range) {
  Region& r = *region.release();
  r.range = range;
  set_.insert(r);
  return r;
}

void Regions::erase(Region& region) {
  if (region.locking != Locking::None) [[unlikely]] lock(region, Locking::None);
  set_.remove(region);
  manager_.heap.destroy(&region);
}

void Regions::count_locked(const Region& region, int pages) {
  if (region.locking == Locking::None) return;
  locked_ += pages;
  manager_.locked_pages += pages;
}

void Regions::resize(Region& region, VirtRange range) {
  count_locked(region, -static_cast<int>(region.range.size_pages()));
  set_.resize(region, range);
  count_locked(region, range.size_pages());
}

void Regions::move(Region& region, VirtRange range) {
  count_locked(region, -static_cast<int>(region.range.size_pages()));
  set_.remove(region);
  region.range = range;
  set_.insert(region);
  count_locked(region, range.size_pages());
}

void Regions::lock(Region& region, Locking to) {
  const int views = int{to != Locking::None} - int{region.locking != Locking::None};
  region.object.get()->locked_views += views;
  count_locked(region, -static_cast<int>(region.range.size_pages()));
  region.locking = to;
  count_locked(region, region.range.size_pages());
}

void Regions::split(Region& region, VirtAddr at, New upper) {
  KASSERT(region.range.begin < at && at < region.range.end);
  const VirtRange upper_range{at, region.range.end};
  upper->kind = region.kind;
  upper->access = region.access;
  upper->max_access = region.max_access;
  upper->code = region.code;
  upper->part = region.part = true;
  upper->block_base = region.block_base;
  upper->reservation = region.reservation;
  upper->first_page = region.page_at(at);
  upper->fault_around = region.fault_around;
  if (VmObject* object = region.object.get()) {
    object->add_reference();
    upper->attach(*region.space, ObjectReference(object));
  }
  resize(region, {region.range.begin, at});
  Region& above = insert(std::move(upper), upper_range);
  if (region.locking != Locking::None) lock(above, region.locking);
}

void Regions::merge_with_next(Region& region) {
  Region* const next = this->next(region);
  if (next == nullptr || !are_one(region, *next)) return;
  const VirtRange whole{region.range.begin, next->range.end};
  erase(*next);
  resize(region, whole);
}

void Regions::merge(Region& region) {
  merge_with_next(region);
  if (Region* const before = previous(region)) merge_with_next(*before);
}

}  // namespace mobius::mm
