// The way through ACPI's tables: see acpi.h.
#include "drivers/acpi.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace mobius::drivers {
namespace {

// Where the BIOS data area has the segment of its extension; the root pointer is in the first KiB
// of that, or in the BIOS's own area, at a multiple of 16.
constexpr uint32_t kExtensionSegment = 0x40E;
constexpr uint32_t kExtensionBytes = 1024;
constexpr uint32_t kBiosBegin = 0xE0000, kBiosEnd = 0x100000;
constexpr uint32_t kRootBytes = 20, kRootStep = 16;
constexpr uint32_t kHeaderBytes = 36;
constexpr uint32_t kMostTableBytes = 4u << 20;  // far more than any has
constexpr uint32_t kChunk = 256;

uint32_t word_at(std::span<const uint8_t> bytes, size_t at) {
  return bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 |
         static_cast<uint32_t>(bytes[at + 3]) << 24;
}

bool begins_with(std::span<const uint8_t> bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::equal(text.begin(), text.end(), bytes.begin());
}

// A table with a header; `find` has seen to its signature, its length and its checksum.
class Table {
 public:
  static std::optional<Table> find(PhysicalMemoryReader& memory, uint32_t address,
                                   std::string_view signature) {
    std::array<uint8_t, kHeaderBytes> header;
    if (address == 0 || !memory.read(address, header)) return std::nullopt;
    const uint32_t bytes = word_at(header, 4);
    if (!begins_with(header, signature)) return std::nullopt;
    if (bytes < kHeaderBytes || bytes > kMostTableBytes) return std::nullopt;
    if (bytes - 1 > UINT32_MAX - address) return std::nullopt;
    const Table table(memory, address, bytes);
    return table.sum() == 0 ? std::optional(table) : std::nullopt;
  }

  uint32_t bytes() const { return bytes_; }
  // Zeros where the table ends before.
  void read(uint32_t offset, std::span<uint8_t> into) const {
    std::ranges::fill(into, uint8_t{0});
    if (offset >= bytes_) return;
    (void)memory_->read(address_ + offset,
                        into.first(std::min<size_t>(into.size(), bytes_ - offset)));
  }
  uint32_t word(uint32_t offset) const {
    std::array<uint8_t, 4> bytes;
    read(offset, bytes);
    return word_at(bytes, 0);
  }

 private:
  Table(PhysicalMemoryReader& memory, uint32_t address, uint32_t bytes)
      : memory_(&memory), address_(address), bytes_(bytes) {}

  // Of all its bytes; 0 is right.
  uint8_t sum() const {
    uint8_t sum = 0;
    std::array<uint8_t, kChunk> chunk;
    for (uint32_t at = 0; at < bytes_; at += kChunk) {
      const std::span part = std::span(chunk).first(std::min(kChunk, bytes_ - at));
      if (!memory_->read(address_ + at, part)) return 1;
      for (uint8_t byte : part) sum = static_cast<uint8_t>(sum + byte);
    }
    return sum;
  }

  PhysicalMemoryReader* memory_;
  uint32_t address_, bytes_;
};

struct Root {
  uint32_t table = 0;
  std::string_view signature;
  uint32_t entry_bytes = 4;
};

std::optional<Root> root_at(PhysicalMemoryReader& memory, uint32_t address) {
  std::array<uint8_t, 36> bytes{};
  if (!memory.read(address, std::span(bytes).first(kRootBytes))) return std::nullopt;
  if (!begins_with(bytes, "RSD PTR ")) return std::nullopt;
  uint8_t sum = 0;
  for (uint32_t i = 0; i < kRootBytes; ++i) sum = static_cast<uint8_t>(sum + bytes[i]);
  if (sum != 0) return std::nullopt;
  if (const uint32_t table = word_at(bytes, 16); table != 0) return Root{table, "RSDT", 4};
  if (bytes[15] < 2 || !memory.read(address, bytes) || word_at(bytes, 28) != 0) return std::nullopt;
  return Root{word_at(bytes, 24), "XSDT", 8};
}

std::optional<Root> find_root(PhysicalMemoryReader& memory) {
  std::array<uint8_t, 2> segment{};
  (void)memory.read(kExtensionSegment, segment);
  const uint32_t extension = static_cast<uint32_t>(segment[0] | segment[1] << 8) << 4;
  if (extension != 0) {
    for (uint32_t at = 0; at < kExtensionBytes; at += kRootStep) {
      if (const auto root = root_at(memory, extension + at)) return root;
    }
  }
  for (uint32_t at = kBiosBegin; at < kBiosEnd; at += kRootStep) {
    if (const auto root = root_at(memory, at)) return root;
  }
  return std::nullopt;
}

std::optional<Table> find_fixed_table(PhysicalMemoryReader& memory) {
  const auto root = find_root(memory);
  if (!root) return std::nullopt;
  const auto list = Table::find(memory, root->table, root->signature);
  if (!list) return std::nullopt;
  for (uint32_t at = kHeaderBytes; at + root->entry_bytes <= list->bytes();
       at += root->entry_bytes) {
    if (root->entry_bytes == 8 && list->word(at + 4) != 0) continue;
    if (const auto table = Table::find(memory, list->word(at), "FACP")) return table;
  }
  return std::nullopt;
}

// Offsets in the fixed table (ACPI table 5.9).
constexpr uint32_t kDsdt = 40, kSmiCommand = 48, kAcpiEnable = 52, kControlA = 64, kControlB = 68;
constexpr uint32_t kFlags = 112, kLongDsdt = 140, kLongControlA = 172, kLongControlB = 184;
constexpr uint32_t kHardwareReduced = 1u << 20;

// A control register's port: the old field, or else the generic address, if it is in I/O space.
std::optional<uint16_t> control_port(const Table& fixed, uint32_t field, uint32_t generic) {
  uint32_t port = fixed.word(field);
  const bool in_io_space = (fixed.word(generic) & 0xFF) == 1 && fixed.word(generic + 8) == 0;
  if (port == 0 && in_io_space) port = fixed.word(generic + 4);
  if (port > 0xFFFE) return std::nullopt;
  return static_cast<uint16_t>(port);
}

// An AML integer of a package; moves on. SLP_TYP has three bits.
std::optional<uint8_t> take_type(std::span<const uint8_t>& code) {
  constexpr uint8_t kZeroOp = 0, kOneOp = 1, kBytePrefix = 0x0A;
  if (code.empty()) return std::nullopt;
  const uint8_t first = code[0];
  code = code.subspan(1);
  if (first == kZeroOp || first == kOneOp) return first;
  if (first != kBytePrefix || code.empty() || code[0] > 7) return std::nullopt;
  const uint8_t value = code[0];
  code = code.subspan(1);
  return value;
}

struct SleepTypes {
  uint8_t a, b;
};

// Name (_S5_, Package () {a, b, ...}) at the front of `code`: NameOp, perhaps the root's `\`, the
// name, PackageOp, its length in one to four bytes, the number of elements, the elements.
std::optional<SleepTypes> sleep_types_at(std::span<const uint8_t> code) {
  constexpr uint8_t kNameOp = 0x08, kPackageOp = 0x12;
  if (code.empty() || code[0] != kNameOp) return std::nullopt;
  code = code.subspan(1);
  if (begins_with(code, "\\")) code = code.subspan(1);
  if (!begins_with(code, "_S5_")) return std::nullopt;
  code = code.subspan(4);
  if (code.size() < 2 || code[0] != kPackageOp) return std::nullopt;
  const size_t length_bytes = 1 + (code[1] >> 6);
  if (code.size() < 1 + length_bytes + 1 || code[1 + length_bytes] < 2) return std::nullopt;
  code = code.subspan(1 + length_bytes + 1);
  const auto a = take_type(code), b = take_type(code);
  if (!a || !b) return std::nullopt;
  return SleepTypes{*a, *b};
}

std::optional<SleepTypes> find_sleep_types(const Table& dsdt) {
  constexpr uint32_t kLongest = 1 + 1 + 4 + 1 + 4 + 1 + 4;  // of what sleep_types_at() looks at
  std::array<uint8_t, kChunk + kLongest> code;
  for (uint32_t at = kHeaderBytes; at < dsdt.bytes(); at += kChunk) {
    const std::span part = std::span(code).first(std::min<size_t>(code.size(), dsdt.bytes() - at));
    dsdt.read(at, part);
    for (uint32_t i = 0; i < std::min<size_t>(kChunk, part.size()); ++i) {
      if (const auto types = sleep_types_at(part.subspan(i))) return types;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<AcpiPowerOff> find_acpi_power_off(PhysicalMemoryReader& memory) {
  const auto fixed = find_fixed_table(memory);
  if (!fixed || (fixed->word(kFlags) & kHardwareReduced) != 0) return std::nullopt;
  const auto a = control_port(*fixed, kControlA, kLongControlA);
  const auto b = control_port(*fixed, kControlB, kLongControlB);
  if (!a || *a == 0 || !b || fixed->word(kSmiCommand) > 0xFFFF) return std::nullopt;
  auto dsdt = Table::find(memory, fixed->word(kDsdt), "DSDT");
  if (!dsdt && fixed->word(kLongDsdt + 4) == 0) {
    dsdt = Table::find(memory, fixed->word(kLongDsdt), "DSDT");
  }
  if (!dsdt) return std::nullopt;
  const auto types = find_sleep_types(*dsdt);
  if (!types) return std::nullopt;
  return AcpiPowerOff{*a,
                      *b,
                      types->a,
                      types->b,
                      static_cast<uint16_t>(fixed->word(kSmiCommand)),
                      static_cast<uint8_t>(fixed->word(kAcpiEnable))};
}

}  // namespace mobius::drivers
