// Volume descriptors and directory records.
#include "fs/iso9660_format.h"

#include "fs/iso9660_bytes.h"

namespace mobius::fs {
namespace {

constexpr size_t kRecordNameOffset = 33;
constexpr size_t kMinRecordBytes = 34;

constexpr uint8_t kFlagDirectory = 0x02;
constexpr uint8_t kFlagAssociated = 0x04;
constexpr uint8_t kFlagMoreExtents = 0x80;

// Days from 1970-01-01 to a date of the proleptic Gregorian calendar; years begin in March, so
// that the leap day is the last of its year.
int64_t days_from_civil(int year, int month, int day) {
  const int y = month <= 2 ? year - 1 : year;
  const int era = y / 400;  // y >= 1899
  const int year_of_era = y - era * 400;
  const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return static_cast<int64_t>(era) * 146097 + day_of_era - 719468;
}

// Seven bytes: years since 1900, month, day, hour, minute, second, quarters of an hour east.
int64_t parse_time(IsoBytes at) {
  const int month = u8(at, 1), day = u8(at, 2);
  if (month < 1 || month > 12 || day < 1 || day > 31) return 0;
  const int64_t days = days_from_civil(1900 + u8(at, 0), month, day);
  const int64_t seconds = u8(at, 3) * 3600 + u8(at, 4) * 60 + u8(at, 5);
  return days * 86400 + seconds - static_cast<int8_t>(u8(at, 6)) * 900;
}

bool is_joliet(IsoBytes descriptor) {
  const IsoBytes escape = descriptor.subspan(88, 3);
  return u8(escape, 0) == '%' && u8(escape, 1) == '/' &&
         (u8(escape, 2) == '@' || u8(escape, 2) == 'C' || u8(escape, 2) == 'E');
}

// The data begins behind the extended attribute record, if there is one. Absent: past all blocks.
std::optional<IsoExtent> extent_of(IsoBytes record) {
  const uint64_t first_block = static_cast<uint64_t>(le32(record, 2)) + u8(record, 1);
  if (first_block > UINT32_MAX) return std::nullopt;
  return IsoExtent{static_cast<uint32_t>(first_block), le32(record, 10)};
}

RecordKind kind_of(IsoBytes record, IsoBytes name) {
  const uint8_t flags = u8(record, 25);
  if (name.size() == 1 && u8(name, 0) == 0) return RecordKind::Self;
  if (name.size() == 1 && u8(name, 0) == 1) return RecordKind::Parent;
  if (flags & kFlagMoreExtents) return RecordKind::Part;
  const bool interleaved = u8(record, 26) != 0 || u8(record, 27) != 0;
  if ((flags & kFlagAssociated) != 0 || interleaved) return RecordKind::Hidden;
  return flags & kFlagDirectory ? RecordKind::Directory : RecordKind::File;
}

}  // namespace

const char* text_of(IsoRefusal refusal) {
  switch (refusal) {
    case IsoRefusal::BlockUnreadable: return "a block of its directory cannot be read";
    case IsoRefusal::NoDescriptor: return "no ISO 9660 volume descriptor on it";
    case IsoRefusal::OtherBlockSize: return "its blocks are not of 2048 bytes";
    case IsoRefusal::NoPrimary: return "no primary volume descriptor on it";
    case IsoRefusal::RootOutside: return "its root directory lies outside it";
    case IsoRefusal::RootTooBig: return "its root directory is too big";
    case IsoRefusal::RootBroken: return "its root directory does not begin with itself";
  }
  __builtin_unreachable();
}

std::expected<VolumeDescriptor, IsoRefusal> parse_volume_descriptor(
    std::span<const std::byte, kIsoBlockBytes> block) {
  using Refusal = std::unexpected<IsoRefusal>;
  constexpr std::string_view kIdentifier = "CD001";
  for (size_t i = 0; i < kIdentifier.size(); ++i) {
    if (u8(block, 1 + i) != static_cast<uint8_t>(kIdentifier[i])) {
      return Refusal(IsoRefusal::NoDescriptor);
    }
  }
  VolumeDescriptor descriptor;
  switch (u8(block, 0)) {
    case 1:
      descriptor.kind = DescriptorKind::Primary;
      break;
    case 2:
      if (!is_joliet(block)) return descriptor;
      descriptor.kind = DescriptorKind::Joliet;
      break;
    case 255:
      descriptor.kind = DescriptorKind::Terminator;
      return descriptor;
    default:
      return descriptor;
  }
  if (le16(block, 128) != kIsoBlockBytes) return Refusal(IsoRefusal::OtherBlockSize);
  // The root's record has a place of fixed size here, so its length field is ignored.
  const auto root = extent_of(IsoBytes(block).subspan(156, kMinRecordBytes));
  if (!root) return Refusal(IsoRefusal::RootOutside);
  descriptor.root = *root;
  return descriptor;
}

Result<std::optional<IsoRecord>> parse_record(IsoBytes rest) {
  if (rest.empty() || u8(rest, 0) == 0) return std::nullopt;
  const size_t length = u8(rest, 0);
  if (length < kMinRecordBytes || length > rest.size()) return Failure(Error::IoError);
  const IsoBytes record = rest.first(length);
  const size_t name_length = u8(record, 32);
  if (name_length == 0 || kRecordNameOffset + name_length > length) return Failure(Error::IoError);

  IsoRecord parsed;
  parsed.length = static_cast<uint32_t>(length);
  parsed.name = record.subspan(kRecordNameOffset, name_length);
  parsed.kind = kind_of(record, parsed.name);
  const auto extent = extent_of(record);
  if (!extent) return Failure(Error::IoError);
  parsed.extent = *extent;
  parsed.mtime = parse_time(record.subspan(18, 7));
  const size_t padding = name_length % 2 == 0 ? 1 : 0;
  const size_t system_use = kRecordNameOffset + name_length + padding;
  if (system_use < length) parsed.system_use = record.subspan(system_use);
  return parsed;
}

}  // namespace mobius::fs
