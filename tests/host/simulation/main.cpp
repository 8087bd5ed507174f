// test_simulation: with --seeds it runs lives and sums them up (scripts/sim); otherwise GoogleTest.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstring>

#include "simulation/runner.h"

namespace {

using namespace mobius::simulation;

int usage() {
  std::fprintf(stderr, "sim --seeds N [--first S] [--faults CLASS]\nclasses:");
  for (unsigned i = 0; i < kFaultClasses; ++i) {
    std::fprintf(stderr, " %s", name_of(static_cast<Faults>(i)).data());
  }
  std::fprintf(stderr, "\n");
  return 2;
}

bool parse(int argc, char** argv, Wanted& wanted) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--seeds") {
      wanted.seeds = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (option == "--first") {
      wanted.first = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (option == "--faults") {
      wanted.faults = faults_named(argv[i + 1]);
      if (!wanted.faults) return false;
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && wanted.seeds != 0;
}

int simulate(int argc, char** argv) {
  Wanted wanted;
  wanted.progress = true;
  if (!parse(argc, argv, wanted)) return usage();
  const auto began = std::chrono::steady_clock::now();
  const Summary s = run_seeds(wanted);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::fputs(s.stories.c_str(), stdout);
  const Counts& c = s.counts;
  const auto n = [](uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf("%llu operations, %llu pages compared, %llu pages out, %llu in, %llu taken back, "
              "%llu of zeros, %llu kills, %llu I/O errors, %llu checksum errors, "
              "%llu slots retired, "
              "%llu times out of memory, %llu starts refused, %llu promises, %llu refused, "
              "%llu broken, %llu locks, %llu refused, "
              "swap off %llu times of %llu begun, %llu lives of twice the memory, "
              "%llu %% at least\n",
              n(c.operations), n(c.pages_compared), n(c.pages_out), n(c.pages_in),
              n(c.taken_back), n(c.zero_pages), n(c.kills), n(c.io_errors),
              n(c.checksum_errors), n(c.retired),
              n(c.out_of_memory), n(c.refused_calls), n(c.promises), n(c.refused_promises),
              n(c.broken_promises), n(c.locks), n(c.refused_locks), n(c.swap_offs),
              n(c.swap_offs_begun), n(c.lives_beyond_memory), n(c.smallest_footprint));
  std::printf("%llu seeds, %llu failed, log %016llx, %.1f s\n", n(s.seeds), n(s.failed), n(s.hash),
              took.count());
  return s.failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strncmp(argv[1], "--gtest", 7) != 0) return simulate(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
