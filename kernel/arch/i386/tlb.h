// The processor's own translation cache, behind the port of paging/.
#pragma once

#include "arch/i386/paging/tlb.h"
#include "arch/i386/registers.h"

namespace mobius::arch {

class ProcessorTlb final : public paging::Tlb {
 public:
  void flush_page(FrameNumber directory, VirtAddr page) override {
    if (is_current(directory)) invlpg(page);
  }
  void flush_all(FrameNumber directory) override {
    if (is_current(directory)) write_cr3(read_cr3());
  }

 private:
  static bool is_current(FrameNumber directory) {
    return read_cr3() >> kPageShift == directory.value;
  }
};

}  // namespace mobius::arch
