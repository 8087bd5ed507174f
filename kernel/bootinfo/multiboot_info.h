// read_multiboot(): what the boot loader left in memory, copied out and made safe to use.
//
// Pure but for the reader: every address, count and length in the structures is the boot loader's
// word, so each is bounded here and every byte is fetched through PhysicalBytes, which may refuse.
// Layout: Multiboot Specification 0.6.96, section 3.3. Video information is ignored.
#pragma once

#include <array>
#include <span>

#include "base/result.h"
#include "bootinfo/memory_map.h"

namespace mobius::bootinfo {

// Port: physical memory while nothing is known about it yet.
class PhysicalBytes {
 public:
  // Copies into.size() bytes from `from`. Fails: BadAddress (not readable in whole).
  virtual Result<void> read(PhysAddr from, std::span<std::byte> into) const = 0;

 protected:
  ~PhysicalBytes() = default;
};

inline constexpr uint32_t kMultibootMagic = 0x2BADB002;  // in EAX at the kernel's entry

inline constexpr unsigned kMaxMapEntries = 128;
inline constexpr unsigned kMaxBootModules = 16;
inline constexpr unsigned kMaxCommandLine = 512;  // with its terminator; what is longer is cut off

struct BootInfo {
  // The memory map, or what mem_lower and mem_upper say where there is no map.
  std::span<const MemoryMapEntry> map() const { return {entries.data(), entry_count}; }
  // Where the structures, strings and modules lie that the boot loader has put into RAM. The
  // kernel image is not among them: its linker script knows where that is.
  std::span<const PhysRange> reserved() const { return {taken.data(), taken_count}; }
  const char* command_line() const { return command.data(); }  // "" where there is none

  std::array<MemoryMapEntry, kMaxMapEntries> entries;
  unsigned entry_count;
  std::array<PhysRange, 8 + 2 * kMaxBootModules> taken;
  unsigned taken_count;
  std::array<char, kMaxCommandLine> command;
};

// Fills `out` from the information structure at `info`. A map that stops making sense (an entry
// shorter than 20 bytes, or cut off by the map's end) is believed up to there.
// Fails: BadAddress (a structure is not readable), LimitReached (more entries or modules than fit:
// what cannot be remembered could not be kept from being handed out), BadArgument (a module ends
// before it begins), NotFound (no word about memory at all).
Result<void> read_multiboot(const PhysicalBytes& memory, PhysAddr info, BootInfo& out);

}  // namespace mobius::bootinfo
