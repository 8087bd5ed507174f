// A mounted ISO 9660 volume: its directories, record by record.
#include "fs/iso9660.h"

namespace mobius::fs {
namespace {

// How often the system use entries of one record may send us to another block: writers need one.
constexpr unsigned kMaxContinuations = 4;

}  // namespace

Result<std::optional<DirectoryEntry>> Iso9660::next_entry(const FileEntry& directory,
                                                          DirectoryCursor& cursor) {
  bool part_of_file = false;
  // Each turn moves the cursor on, and the directory has a size: this ends.
  while (cursor.offset < directory.size_bytes) {
    const uint32_t block = directory.extent + cursor.offset / kIsoBlockBytes;
    const uint32_t in_block = cursor.offset % kIsoBlockBytes;
    const IsoBytes bytes = TRY(load(kDirectoryBlock, block));
    const auto record = TRY(parse_record(bytes.subspan(in_block)));
    if (!record) {
      cursor.offset += kIsoBlockBytes - in_block;
      continue;
    }
    cursor.offset += record->length;
    const bool ends_file = part_of_file;
    part_of_file = record->kind == RecordKind::Part;
    if (ends_file) continue;
    if (record->kind != RecordKind::File && record->kind != RecordKind::Directory) continue;
    const uint64_t id = static_cast<uint64_t>(block) * kIsoBlockBytes + in_block;
    auto entry = TRY(make_entry(*record, id));
    if (entry) return entry;
  }
  return std::nullopt;
}

// Absent where the entry is not to be shown.
Result<std::optional<DirectoryEntry>> Iso9660::make_entry(const IsoRecord& record, uint64_t id) {
  DirectoryEntry entry{.file = {.id = id,
                                .size_bytes = record.extent.size_bytes,
                                .mtime = record.mtime,
                                .extent = record.extent.first_block,
                                .is_directory = record.kind == RecordKind::Directory},
                       .name = {}};
  switch (style_) {
    case NameStyle::Plain:
      entry.name = plain_name(record.name);
      break;
    case NameStyle::Joliet:
      entry.name = joliet_name(record.name);
      break;
    case NameStyle::RockRidge: {
      SystemUse system_use;
      const size_t skip = system_use_skip_;
      if (skip < record.system_use.size()) {
        TRY(collect(system_use, record.system_use.subspan(skip)));
      }
      if (system_use.special() || system_use.relocated()) return std::nullopt;
      entry.name = system_use.has_name() ? system_use.name() : plain_name(record.name);
      if (system_use.child()) TRY(follow_child(*system_use.child(), entry.file));
      break;
    }
  }
  if (!is_usable_name(entry.name.view())) return std::nullopt;
  return entry;
}

Result<void> Iso9660::collect(SystemUse& system_use, IsoBytes first_area) {
  auto next = system_use.feed(first_area);
  for (unsigned hops = 0; next; ++hops) {
    if (hops == kMaxContinuations || next->offset > kIsoBlockBytes ||
        next->bytes > kIsoBlockBytes - next->offset) {
      return Failure(Error::IoError);
    }
    const IsoBytes block = TRY(load(kOtherBlock, next->block));
    next = system_use.feed(block.subspan(next->offset, next->bytes));
  }
  return {};
}

// A directory that was too deep for plain ISO 9660 lies elsewhere; what stands here is a file of
// no length that names its block. Its size is in its own first record.
Result<void> Iso9660::follow_child(uint32_t block, FileEntry& entry) {
  const IsoBytes bytes = TRY(load(kOtherBlock, block));
  const auto self = TRY(parse_record(bytes));
  if (!self || self->kind != RecordKind::Self || self->extent.first_block != block) {
    return Failure(Error::IoError);
  }
  entry.extent = block;
  entry.size_bytes = self->extent.size_bytes;
  entry.is_directory = true;
  return {};
}

}  // namespace mobius::fs
