// AccessedBits: the use of pages, by the accessed bits of the translations that show them.
#pragma once

#include "mm/objects/page_use.h"
#include "mm/space/address_space.h"

namespace mobius::mm {

class AccessedBits final : public PageUse {
 public:
  AccessedBits() = default;
  AccessedBits(const AccessedBits&) = delete;

  Use use_of(const FrameRecord& record) override REQUIRES(memory_lock);
  bool take_accessed(const FrameRecord& record) override REQUIRES(memory_lock);
  // The processor may hold translations that still say "accessed": one reload for all of a space.
  void flush() override REQUIRES(memory_lock);

 private:
  // The space whose bits were cleared and not flushed yet.
  AddressSpace* cleared_ GUARDED_BY(memory_lock) = nullptr;
};

}  // namespace mobius::mm
