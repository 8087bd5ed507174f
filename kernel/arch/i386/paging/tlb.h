// Port: the processor's translation cache, as far as page tables must tell it what they changed.
//
// User translations are never global and there are no address space identifiers, so the processor
// holds translations of one directory only: the one in CR3 (SDM Vol. 3A, 4.10.4.1). Changes to any
// other directory need no flush.
#pragma once

#include "base/units.h"

namespace mobius::paging {

class Tlb {
 public:
  // If `directory` is the current one: forgets the translation of `page`, and of page tables that
  // were used on the way to any page (INVLPG does both).
  virtual void flush_page(FrameNumber directory, VirtAddr page) = 0;
  // If `directory` is the current one: forgets all user translations (reloads CR3).
  virtual void flush_all(FrameNumber directory) = 0;

 protected:
  ~Tlb() = default;
};

}  // namespace mobius::paging
