// Fuzz target: any bytes as calls of libc's malloc family, beside a model of contents, alignment,
// overlap and usable sizes (malloc/operations.h). Four bytes are a call: which, for which of 16
// blocks, and how large. The heap goes on from input to input; each frees what it took.
#include "malloc/operations.h"

namespace {

// Mostly up to 4095, and in steps up to RUN_LIMIT. What is a block of the kernel's own costs as
// much as a hundred calls: only one byte in 64 gives one.
size_t size_of(unsigned what, unsigned low, unsigned high) {
  static constexpr unsigned kShifts[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6};
  const size_t base = low | (high & 15) << 8;
  return what >= 252 ? RUN_LIMIT + base : base << kShifts[high >> 4];
}

unsigned alignment_of(unsigned what, unsigned drawn) {
  return what >= 252 ? drawn : drawn % 13;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using mobius::test::Operations;
  Operations program{16};
  for (; size >= 4; data += 4, size -= 4) {
    const auto kind = static_cast<Operations::Kind>(data[0] % Operations::kKinds);
    program.run(kind, data[1] & 15, size_of(data[0], data[2], data[3]),
                alignment_of(data[0], data[1] >> 4));
  }
  return 0;
}
