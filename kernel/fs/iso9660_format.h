// ISO 9660 on the medium: volume descriptors, directory records, and the Rock Ridge and Joliet
// names in them. Pure: bytes in, values out, no reading; every length in the bytes is distrusted.
//
// Sources: ECMA-119 (ISO 9660); Joliet specification (Microsoft, 1995); IEEE P1281 (SUSP) and
// P1282 (RRIP) drafts 1.12.
//
//   directory record   0 length  2 extent  10 size  18 time  25 flags  26 unit  27 gap
//                     32 name length  33 name, padded to even, then the system use entries
#pragma once

#include <array>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace mobius::fs {

inline constexpr uint32_t kIsoBlockBytes = 2048;
inline constexpr uint32_t kIsoFirstDescriptor = 16;  // block number of the first volume descriptor

using IsoBytes = std::span<const std::byte>;

// Where a directory or file lies. `blocks` from the root's descriptor or a record, not checked
// against the medium: the reader does that.
struct IsoExtent {
  uint32_t first_block = 0;
  uint32_t size_bytes = 0;
};

enum class DescriptorKind : uint8_t { Primary, Joliet, Terminator, Other };
struct VolumeDescriptor {
  DescriptorKind kind = DescriptorKind::Other;
  IsoExtent root;
};
// Why a medium is no volume that we can read.
enum class IsoRefusal : uint8_t {
  BlockUnreadable,  // of the descriptors or of the root: the drive's error, or there is none
  NoDescriptor,     // "CD001" is not where a volume descriptor should be
  OtherBlockSize,   // than 2048 bytes
  NoPrimary,        // descriptor
  RootOutside,      // the medium
  RootTooBig,
  RootBroken,  // it does not begin with a record of itself
};
const char* text_of(IsoRefusal refusal);
std::expected<VolumeDescriptor, IsoRefusal> parse_volume_descriptor(
    std::span<const std::byte, kIsoBlockBytes> block);

// Which of the names in a record counts.
enum class NameStyle : uint8_t {
  Plain,      // NAME.EXT;1, given out as name.ext
  Joliet,     // UCS-2, given out as UTF-8
  RockRidge,  // NM entries; Plain where a record has none that can be used
};

inline constexpr size_t kIsoMaxNameBytes = 255;

// A name of at most 255 bytes; what is longer is cut at a whole character.
class IsoName {
 public:
  std::string_view view() const { return {chars_.data(), length_}; }
  void clear() { length_ = 0; }
  // False, and nothing added, where there is no room.
  bool append(std::string_view text);

 private:
  std::array<char, kIsoMaxNameBytes> chars_;
  uint8_t length_ = 0;
};

enum class RecordKind : uint8_t {
  File,
  Directory,
  Self,    // "." of a directory: its first record
  Parent,  // ".."
  Hidden,  // not for us: a symbolic link, a device, a relocated directory's place
  Part,    // of a file in several extents, which we cannot read; the next record goes on with it
};

struct IsoRecord {
  RecordKind kind = RecordKind::Hidden;
  uint32_t length = 0;  // of the record
  IsoExtent extent;
  int64_t mtime = 0;  // seconds since 1970
  // The bytes of the name field and of the system use field (empty where there is none).
  IsoBytes name;
  IsoBytes system_use;
};

// The record at the start of `rest` (what is left of its block). Absent: no more records in this
// block. Fails: IoError (it does not fit, or contradicts itself).
Result<std::optional<IsoRecord>> parse_record(IsoBytes rest);

// The name of a record without Rock Ridge: Plain or Joliet. An empty or impossible one is empty; a
// slash or NUL in it is given out as '_'.
IsoName plain_name(IsoBytes name);
IsoName joliet_name(IsoBytes name);
bool is_usable_name(std::string_view name);
bool same_name_ignoring_case(std::string_view a, std::string_view b);

// What the system use entries of one record say; fed area by area, for CE sends one elsewhere.
class SystemUse {
 public:
  struct Continuation {
    uint32_t block = 0;
    uint32_t offset = 0;
    uint32_t bytes = 0;
  };
  // Takes all entries of `area` in; returns where they go on, if they do.
  std::optional<Continuation> feed(IsoBytes area);

  bool rock_ridge() const { return rock_ridge_; }
  // The bytes that every system use field but the first one skips (SP).
  uint8_t skip() const { return skip_; }
  // Whether there is one to be used: whole, not too long, not that of "." or "..".
  bool has_name() const { return has_name_ && !broken_ && is_usable_name(name_.view()); }
  const IsoName& name() const { return name_; }
  // From PX: whether this is neither a file nor a directory. From RE, CL: moved directories.
  bool special() const { return special_; }
  bool relocated() const { return relocated_; }
  std::optional<uint32_t> child() const { return child_; }

 private:
  void take(uint16_t signature, IsoBytes entry);
  void take_name(IsoBytes entry);
  IsoName name_;
  std::optional<uint32_t> child_;
  uint8_t skip_ = 0;
  bool rock_ridge_ = false, has_name_ = false, name_ended_ = false, broken_ = false;
  bool special_ = false, relocated_ = false;
};

}  // namespace mobius::fs
