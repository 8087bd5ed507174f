// The Multiboot 1 information structure, read field by field at its documented offsets.
#include "bootinfo/multiboot_info.h"

namespace mobius::bootinfo {
namespace {

// Bits of `flags`: which of the other fields mean something.
enum Flag : uint32_t {
  kHasMemory = 1u << 0,
  kHasCommandLine = 1u << 2,
  kHasModules = 1u << 3,
  kHasElfSections = 1u << 5,
  kHasMap = 1u << 6,
  kHasDrives = 1u << 7,
  kHasLoaderName = 1u << 9,
};

// Offsets into the information structure.
constexpr uint32_t kFlags = 0, kMemLower = 4, kMemUpper = 8, kCommandLine = 16, kModulesCount = 20,
                   kModulesAddr = 24, kElfCount = 28, kElfSize = 32, kElfAddr = 36, kMapLength = 44,
                   kMapAddr = 48, kDrivesLength = 52, kDrivesAddr = 56, kLoaderName = 64;
constexpr uint32_t kInfoBytes = 116;

constexpr uint32_t kModuleBytes = 16;    // start, end, string, reserved
constexpr uint32_t kMinEntryBytes = 20;  // base, length, type; the size field itself not counted
constexpr uint32_t kAvailable = 1;

PhysAddr at(uint64_t address) {
  return PhysAddr{address};
}

class Reader {
 public:
  Reader(const PhysicalBytes& memory, PhysAddr info, BootInfo& out)
      : memory_(memory), info_(static_cast<uint64_t>(info)), out_(out) {}

  Result<void> read_all() {
    out_.entry_count = out_.taken_count = 0;
    out_.command[0] = '\0';
    flags_ = TRY(word(info_ + kFlags));
    take(info_, kInfoBytes);
    if (has(kHasCommandLine)) TRY(copy_command_line(TRY(field(kCommandLine))));
    if (has(kHasLoaderName)) TRY(take_string(TRY(field(kLoaderName))));
    if (has(kHasElfSections)) {
      take(TRY(field(kElfAddr)), uint64_t{TRY(field(kElfCount))} * TRY(field(kElfSize)));
    }
    if (has(kHasDrives)) take(TRY(field(kDrivesAddr)), TRY(field(kDrivesLength)));
    if (has(kHasModules)) TRY(read_modules(TRY(field(kModulesAddr)), TRY(field(kModulesCount))));
    if (has(kHasMap)) TRY(read_map(TRY(field(kMapAddr)), TRY(field(kMapLength))));
    if (out_.entry_count == 0 && has(kHasMemory)) TRY(read_sizes());
    if (out_.entry_count == 0) return Failure(Error::NotFound);
    return {};
  }

 private:
  bool has(Flag flag) const { return (flags_ & flag) != 0; }

  template <typename T>
  Result<T> load(uint64_t address) const {
    T value;
    TRY(memory_.read(at(address), std::as_writable_bytes(std::span(&value, 1))));
    return value;
  }
  Result<uint32_t> word(uint64_t address) const { return load<uint32_t>(address); }
  Result<uint32_t> field(uint32_t offset) const { return word(info_ + offset); }

  // The bytes of a string with its terminator, at most as many as a command line may have.
  Result<uint32_t> string_bytes(uint64_t address) const {
    for (uint32_t i = 0; i < kMaxCommandLine; ++i) {
      if (TRY(load<char>(address + i)) == '\0') return i + 1;
    }
    return kMaxCommandLine;
  }

  Result<void> copy_command_line(uint64_t address) {
    const uint32_t bytes = TRY(take_string(address));
    TRY(memory_.read(at(address), std::as_writable_bytes(std::span(out_.command).first(bytes))));
    out_.command[bytes - 1] = '\0';
    return {};
  }

  // `taken` has room for every call that read_all can make.
  void take(uint64_t begin, uint64_t bytes) {
    KASSERT(out_.taken_count < out_.taken.size());
    out_.taken[out_.taken_count++] = {at(begin), at(begin + bytes)};
  }
  Result<uint32_t> take_string(uint64_t address) {
    const uint32_t bytes = TRY(string_bytes(address));
    take(address, bytes);
    return bytes;
  }

  Result<void> read_modules(uint64_t list, uint32_t count) {
    if (count > kMaxBootModules) return Failure(Error::LimitReached);
    take(list, uint64_t{count} * kModuleBytes);
    for (uint32_t i = 0; i < count; ++i) {
      const uint64_t module = list + i * kModuleBytes;
      const uint32_t begin = TRY(word(module));
      const uint32_t end = TRY(word(module + 4));
      const uint32_t name = TRY(word(module + 8));
      if (end < begin) return Failure(Error::BadArgument);
      take(begin, end - begin);
      if (name != 0) TRY(take_string(name));
    }
    return {};
  }

  Result<void> read_map(uint64_t map, uint32_t length) {
    take(map, length);
    const uint64_t end = map + length;
    for (uint64_t entry = map; entry + 4 + kMinEntryBytes <= end;) {
      const uint32_t size = TRY(word(entry));
      if (size < kMinEntryBytes || size > end - entry - 4) break;
      TRY(add_entry({TRY(load<uint64_t>(entry + 4)), TRY(load<uint64_t>(entry + 12)),
                     TRY(word(entry + 20)) == kAvailable}));
      entry += 4 + uint64_t{size};
    }
    return {};
  }

  // Without a map: kilobytes from 0, and from 1 MiB up to the first hole.
  Result<void> read_sizes() {
    TRY(add_entry({0, uint64_t{TRY(field(kMemLower))} << 10, true}));
    return add_entry({1u << 20, uint64_t{TRY(field(kMemUpper))} << 10, true});
  }

  Result<void> add_entry(MemoryMapEntry entry) {
    if (out_.entry_count == kMaxMapEntries) return Failure(Error::LimitReached);
    out_.entries[out_.entry_count++] = entry;
    return {};
  }

  const PhysicalBytes& memory_;
  const uint64_t info_;
  BootInfo& out_;
  uint32_t flags_ = 0;
};

}  // namespace

Result<void> read_multiboot(const PhysicalBytes& memory, PhysAddr info, BootInfo& out) {
  return Reader(memory, info, out).read_all();
}

}  // namespace mobius::bootinfo
