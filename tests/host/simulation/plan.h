// Plan: everything that decides one simulated life of a machine. The same plan is the same history.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

namespace mobius::simulation {

// What is wrong with the machine's devices, or too small.
enum class Faults : uint8_t {
  None,
  ReadErrors,
  WriteErrors,
  Torn,
  Misdirected,
  Lost,
  FullSwap,   // swap and RAM together just hold what is used
  BothFull,   // and here they do not
  NoSwap,
  Shrinking,  // the device ends earlier from some time on
  NoLatency,
  LongLatency,
  FileErrors,
  Mixed,
};
inline constexpr unsigned kFaultClasses = static_cast<unsigned>(Faults::Mixed) + 1;
std::string_view name_of(Faults faults);
std::optional<Faults> faults_named(std::string_view name);

enum class Kind : uint8_t {
  Alloc,
  Free,
  Read,
  Write,
  SweepRead,
  SweepWrite,
  Protect,
  Discard,
  Resize,
  Stack,
  Image,
  Zero,      // writes zeros over all that was written to a page
  Amnesia,   // translations are lost
  Pause,
  Promise,   // allocates with VM_MEM_GUARANTEED
  Lock,
  Unlock,
  SwapOff,
  SwapOn,
  Kill,
  Grow,      // allocates and writes to all of it, where the footprint is small
};
inline constexpr unsigned kKinds = static_cast<unsigned>(Kind::Grow) + 1;
std::string_view name_of(Kind kind);

struct Plan {
  uint64_t seed = 1;
  Faults faults = Faults::None;
  uint32_t operations = 2000;
  bool check_each = false;       // check_machine() after each operation, not only at the end
  bool tell = false;             // keep the story in words
  uint32_t without = 0;          // bit k: operations of kind k are left out
  std::set<uint32_t> dropped{};  // these operations are left out

  bool includes(uint32_t operation, Kind kind) const {
    return (without >> static_cast<unsigned>(kind) & 1) == 0 && !dropped.contains(operation);
  }
};

// The plan of a seed: its fault class follows from it. Every second one checks each step; from
// kThorough on, where a long run is after many different lives, one in 32.
inline constexpr uint64_t kThorough = 4000;
Plan plan_of(uint64_t seed);

}  // namespace mobius::simulation
