// Long calls: see long_call.h.
#include "mm/space/long_call.h"

namespace mobius::mm {

void LongCall::begin(VirtRange block, VirtRange place) {
  KASSERT(!block.empty() && space_.long_call == nullptr);
  ++space_.manager().careful_faults;
  space_.long_call = this;
  block_ = block;
  place_ = place;
}

void LongCall::end() {
  LockGuard guard(space_.manager().lock);
  --space_.manager().careful_faults;
  space_.long_call = nullptr;
  space_.manager().waiting.wake(&space_.long_call);
}

void CallGuard::wait(AddressSpace& space) {
  space.manager().waiting.wait(&space.long_call, lock_);
}

}  // namespace mobius::mm
