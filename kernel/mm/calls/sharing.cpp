// Blocks that are offered, and views of them (sharing.h).
#include "mm/calls/sharing.h"

#include <algorithm>

#include "mm/calls/vmm_internal.h"

namespace mobius::mm {

namespace {

// What all pages of the block have.
Access common_access(AddressSpace& space, const Block& block) REQUIRES(memory_lock) {
  Access common = block.first->access;
  for (Region* r = block.first; r != block.last; r = space.regions.next(*r)) {
    common = std::min(common, space.regions.next(*r)->access);
  }
  return common;
}

}  // namespace

Result<void> SharedBlock::offer(AddressSpace& space, VirtAddr address,
                                std::optional<Access> most) {
  KASSERT(object_ == nullptr);
  CallGuard guard(space);
  const auto block = find_block(space, address);
  if (!block || block->first->kind != RegionKind::Block) return Failure(Error::BadArgument);
  const Access has = common_access(space, *block);
  const Access rights = most.value_or(has);
  if (rights == Access::None || rights > has) return Failure(Error::NoAccess);
  // From here on nothing fails.
  object_ = block->first->object.get();
  rights_ = rights;
  object_->add_reference();
  object_->add_offer(*this);
  object_->belong_to(space.manager().of_nobody);
  return {};
}

void SharedBlock::hold() {
  LockGuard guard(lock());
  object_->add_reference();
}

void SharedBlock::let_go() {
  LockGuard guard(lock());
  object_->drop_reference();
}

void SharedBlock::withdraw() {
  LockGuard guard(lock());
  object_->remove_offer(*this);
  return_to_owner(*object_);
  object_->drop_reference();
}

Result<VirtAddr> SharedBlock::map(AddressSpace& space, VirtAddr base, Access access,
                                  Access most) {
  if (access > most) return Failure(Error::NoAccess);
  return retry_for_frames(space.manager(), [&]() -> Result<VirtAddr> {
    CallGuard guard(space);
    const VirtRange range = TRY(choose_range(space, object_->shown_pages(), base));
    if (object_->promised()) TRY(check_promises(space, object_->promise().pages()));
    Regions::New region = TRY(space.regions.make());
    // From here on nothing fails.
    region->kind = RegionKind::Shared;
    region->access = access;
    region->max_access = most;
    region->block_base = range.begin;
    object_->add_reference();
    region->attach(space, ObjectReference(object_));
    space.regions.insert(std::move(region), range);
    return range.begin;
  });
}

}  // namespace mobius::mm
