// Counters of one machine. Exact: tests assert on them.
#pragma once

#include <cstdint>

namespace mobius::mm {

struct Stats {
  uint64_t faults_minor = 0;  // resolved without I/O
  uint64_t faults_major = 0;  // waited for I/O
  uint64_t pages_in = 0, pages_out = 0;
  uint64_t pages_taken_back = 0;  // from frames on standby: evicted, but not yet overwritten
  uint64_t ios_in = 0, ios_out = 0;
  uint64_t zero_pages_out = 0;  // evicted without I/O, being full of zeros
  uint64_t bit_tests = 0;       // of accessed bits, for the replacement policy
  uint64_t pages_ahead = 0;     // committed before they were touched (VM_MEM_EAGER)
};

}  // namespace mobius::mm
