// A mounted ISO 9660 volume: mounting, paths, and the bytes of files.
#include "fs/iso9660.h"

#include <algorithm>

namespace mobius::fs {
namespace {

constexpr uint32_t kMaxDescriptors = 32;
constexpr std::byte kZeros[512] = {};

using Refusal = std::unexpected<IsoRefusal>;

uint64_t blocks_of(uint64_t size_bytes) {
  return (size_bytes + kIsoBlockBytes - 1) / kIsoBlockBytes;
}

FileEntry directory_at(const IsoExtent& extent) {
  return {.id = static_cast<uint64_t>(extent.first_block) * kIsoBlockBytes,
          .size_bytes = extent.size_bytes,
          .mtime = 0,
          .extent = extent.first_block,
          .is_directory = true};
}

// Takes the first name off `path`; empty at its end.
std::string_view take_name(std::string_view& path) {
  while (!path.empty() && path.front() == '/') path.remove_prefix(1);
  const std::string_view name = path.substr(0, path.find('/'));
  path.remove_prefix(name.size());
  return name;
}

}  // namespace

Iso9660::Iso9660(mm::BlockDevice& device, mm::FrameMemory& memory, mm::Waiting& waiting,
                 FrameNumber bounce)
    : device_(device), memory_(memory), bounce_(bounce), bounce_lock_(waiting) {
  KASSERT(memory.is_direct(bounce) && device.block_bytes() == kIsoBlockBytes);
}

std::expected<void, IsoRefusal> Iso9660::find_roots(std::optional<IsoExtent>& primary,
                                                    std::optional<IsoExtent>& joliet) {
  for (uint32_t i = 0; i < kMaxDescriptors; ++i) {
    const auto block = load(kOtherBlock, kIsoFirstDescriptor + i);
    if (!block) return Refusal(IsoRefusal::BlockUnreadable);
    const auto descriptor = parse_volume_descriptor(block->first<kIsoBlockBytes>());
    if (!descriptor) return Refusal(descriptor.error());
    if (descriptor->kind == DescriptorKind::Terminator) break;
    if (descriptor->kind == DescriptorKind::Primary && !primary) primary = descriptor->root;
    if (descriptor->kind == DescriptorKind::Joliet && !joliet) joliet = descriptor->root;
  }
  if (!primary) return Refusal(IsoRefusal::NoPrimary);
  return {};
}

std::expected<void, IsoRefusal> Iso9660::mount() {
  mm::SleepingGuard guard(bounce_lock_);
  std::optional<IsoExtent> primary, joliet;
  if (const auto found = find_roots(primary, joliet); !found) return found;
  const auto style = find_style(*primary, joliet.has_value());
  if (!style) return Refusal(style.error());
  style_ = *style;
  root_ = directory_at(style_ == NameStyle::Joliet ? *joliet : *primary);
  if (root_.size_bytes > kIsoMaxDirectoryBytes) return Refusal(IsoRefusal::RootTooBig);
  if (!check_directory(root_)) return Refusal(IsoRefusal::RootOutside);
  return {};
}

std::expected<NameStyle, IsoRefusal> Iso9660::find_style(const IsoExtent& primary_root,
                                                         bool has_joliet) {
  if (primary_root.first_block >= device_.block_count()) return Refusal(IsoRefusal::RootOutside);
  const auto block = load(kDirectoryBlock, primary_root.first_block);
  if (!block) return Refusal(IsoRefusal::BlockUnreadable);
  const auto self = parse_record(*block);
  if (!self || !*self || (*self)->kind != RecordKind::Self) return Refusal(IsoRefusal::RootBroken);
  SystemUse system_use;
  if (!collect(system_use, (*self)->system_use)) return Refusal(IsoRefusal::RootBroken);
  system_use_skip_ = system_use.skip();
  if (system_use.rock_ridge()) return NameStyle::RockRidge;
  return has_joliet ? NameStyle::Joliet : NameStyle::Plain;
}

bool Iso9660::on_medium(uint32_t first_block, uint64_t size_bytes) const {
  const uint64_t blocks = blocks_of(size_bytes);
  const uint64_t all = device_.block_count();
  // Of an empty file, writers record any block.
  return blocks == 0 || (blocks <= all && first_block <= all - blocks);
}

Result<void> Iso9660::check_directory(const FileEntry& directory) const {
  if (!directory.is_directory) return Failure(Error::NotADirectory);
  if (directory.size_bytes > kIsoMaxDirectoryBytes ||
      !on_medium(directory.extent, directory.size_bytes)) {
    return Failure(Error::IoError);
  }
  return {};
}

Result<IsoBytes> Iso9660::load(Half half, uint32_t block) {
  std::byte* const bytes = memory_.direct(bounce_) + half * kIsoBlockBytes;
  if (loaded_[half] != block) {
    if (block >= device_.block_count()) return Failure(Error::IoError);
    loaded_[half].reset();
    TRY(device_.read(block, 1, {bounce_, half * kIsoBlockBytes, kIsoBlockBytes}));
    loaded_[half] = block;
  }
  return IsoBytes(bytes, kIsoBlockBytes);
}

Result<FileEntry> Iso9660::lookup(std::string_view path) {
  if (path.empty()) return Failure(Error::NotFound);
  if (path.front() != '/') return Failure(Error::BadArgument);
  // The way down from the root, for "..": the medium's own parent records may lie.
  FileEntry way[kIsoMaxDepth + 1];
  unsigned depth = 0;
  way[0] = root_;
  mm::SleepingGuard guard(bounce_lock_);
  for (;;) {
    const bool want_directory = !path.empty();  // a '/' follows, if only a last one
    if (want_directory && !way[depth].is_directory) return Failure(Error::NotADirectory);
    const std::string_view name = take_name(path);
    if (name.empty()) return way[depth];
    if (name == ".") continue;
    if (name == "..") {
      if (depth > 0) --depth;
      continue;
    }
    if (depth == kIsoMaxDepth || name.size() > kIsoMaxNameBytes) {
      return Failure(Error::NameTooLong);
    }
    way[depth + 1] = TRY(find(way[depth], name));
    ++depth;
  }
}

Result<FileEntry> Iso9660::find(const FileEntry& directory, std::string_view name) {
  TRY(check_directory(directory));
  DirectoryCursor cursor;
  std::optional<FileEntry> but_for_case;
  while (const auto entry = TRY(next_entry(directory, cursor))) {
    if (entry->name.view() == name) return entry->file;
    if (!but_for_case && same_name_ignoring_case(entry->name.view(), name)) {
      but_for_case = entry->file;
    }
  }
  if (!but_for_case) return Failure(Error::NotFound);
  return *but_for_case;
}

Result<std::optional<DirectoryEntry>> Iso9660::read_directory(const FileEntry& directory,
                                                              DirectoryCursor& cursor) {
  TRY(check_directory(directory));
  mm::SleepingGuard guard(bounce_lock_);
  return next_entry(directory, cursor);
}

Result<void> Iso9660::read(const FileEntry& file, uint64_t offset, FrameSpan into) {
  if (file.is_directory) return Failure(Error::IsADirectory);
  if (into.bytes > kPageSize || into.offset > kPageSize - into.bytes) {
    return Failure(Error::BadArgument);
  }
  if (!on_medium(file.extent, file.size_bytes)) return Failure(Error::IoError);
  const uint64_t left = offset < file.size_bytes ? file.size_bytes - offset : 0;
  const auto wanted = static_cast<uint32_t>(std::min<uint64_t>(into.bytes, left));
  uint32_t done = 0;
  while (done < wanted) {
    const auto block = static_cast<uint32_t>(file.extent + (offset + done) / kIsoBlockBytes);
    const auto in_block = static_cast<uint32_t>((offset + done) % kIsoBlockBytes);
    const uint32_t whole = std::min<uint32_t>((into.bytes - done) / kIsoBlockBytes,
                                              static_cast<uint32_t>(blocks_of(wanted - done)));
    if (in_block == 0 && whole > 0) {
      const uint32_t bytes = whole * kIsoBlockBytes;
      TRY(device_.read(block, whole, {into.frame, into.offset + done, bytes}));
      done += bytes;
    } else {
      const uint32_t bytes = std::min(kIsoBlockBytes - in_block, wanted - done);
      TRY(read_ragged(block, in_block, {into.frame, into.offset + done, bytes}));
      done += bytes;
    }
  }
  // Behind the end of the file its last block may hold anything.
  for (uint32_t at = wanted; at < into.bytes; at += sizeof kZeros) {
    const uint32_t bytes = std::min<uint32_t>(sizeof kZeros, into.bytes - at);
    memory_.write({into.frame, into.offset + at, bytes}, kZeros);
  }
  return {};
}

Result<void> Iso9660::read_ragged(uint32_t block, uint32_t offset_in_block, FrameSpan into) {
  mm::SleepingGuard guard(bounce_lock_);
  const IsoBytes bytes = TRY(load(kOtherBlock, block));
  memory_.write(into, bytes.subspan(offset_in_block, into.bytes).data());
  return {};
}

}  // namespace mobius::fs
