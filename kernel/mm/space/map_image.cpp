// Mapping an EXE: one private object in front of its image, one region for each run of equal
// rights.
#include "mm/objects/anonymous_object.h"
#include "mm/space/address_space.h"

namespace mobius::mm {

namespace {

// The image's regions until all of them exist; takes them out again if that fails.
class UnfinishedImage {
 public:
  UnfinishedImage(AddressSpace& space, VirtRange whole) : space_(&space), whole_(whole) {}
  UnfinishedImage(const UnfinishedImage&) = delete;
  ~UnfinishedImage() REQUIRES(memory_lock) {
    if (space_ == nullptr) return;
    while (Region* region = space_->find(whole_.begin)) {
      whole_.begin = region->range.end;
      space_->regions.erase(*region);
    }
  }
  // Cuts at `at`, if that is inside `region`; returns the region that begins there.
  Result<Region*> cut(Region& region, VirtAddr at) REQUIRES(memory_lock) {
    if (at == region.range.begin) return &region;
    space_->regions.split(region, at, TRY(space_->regions.make()));
    return space_->regions.next(region);
  }
  void finish() { space_ = nullptr; }

 private:
  AddressSpace* space_;
  VirtRange whole_;
};

}  // namespace

Result<void> AddressSpace::map_image(ImageObject& image) {
  LockGuard guard(manager_.lock);
  const ImageLayout& layout = image.layout();
  VirtRange whole = VirtRange::of_pages(layout.base, layout.pages);
  if (!kUserRange.contains(whole) || !regions.set().is_free(whole)) {
    return Failure(Error::OutOfAddressSpace);
  }
  ObjectReference own = TRY(AnonymousObject::create(manager_, layout.pages, &image));
  Regions::New first = TRY(regions.make());
  first->kind = RegionKind::Image;
  first->block_base = whole.begin;
  own.get()->belong_to(footprint);
  first->attach(*this, std::move(own));

  // One region without rights at first; each section is cut out of `rest`.
  Region* rest = &regions.insert(std::move(first), whole);
  UnfinishedImage unfinished(*this, whole);
  for (uint32_t i = 0; i < layout.section_count; ++i) {
    const ImageSection& section = layout.sections[i];
    VirtAddr begin = pages_after(whole.begin, section.first);
    VirtAddr end = pages_after(begin, section.pages);
    Region* region = TRY(unfinished.cut(*rest, begin));
    if (end != whole.end) rest = TRY(unfinished.cut(*region, end));
    region->access = section.access;
    region->code = section.code;
  }
  unfinished.finish();
  return {};
}

}  // namespace mobius::mm
