// The boot CD as a volume: see boot_volume.h.
#include "boot_volume.h"

#include <algorithm>

namespace mobius {
namespace {

proc::VolumeNode node_of(const fs::FileEntry& file) {
  return {.id = file.id,
          .place = file.extent,
          .size_bytes = file.size_bytes,
          .mtime = file.mtime,
          .kind = file.is_directory ? proc::NodeKind::Directory : proc::NodeKind::Regular};
}

fs::FileEntry file_of(const proc::VolumeNode& node) {
  return {.id = node.id,
          .size_bytes = node.size_bytes,
          .mtime = node.mtime,
          .extent = static_cast<uint32_t>(node.place),
          .is_directory = node.kind == proc::NodeKind::Directory};
}

}  // namespace

std::expected<void, std::string_view> BootVolume::mount() {
  using Refusal = std::unexpected<std::string_view>;
  controller_.find_drives();
  drives_found_();
  drivers::AtapiDrive* drive = controller_.cd_drive();
  if (drive == nullptr) return Refusal("no drive has a disc that can be read");
  auto bounce = frames_.allocate(mm::FrameUse::Driver, mm::Placement::Direct);
  if (!bounce) return Refusal("no memory for it");
  iso_.emplace(*drive, memory_, waiting_, bounce->number());
  if (const auto mounted = iso_->mount(); !mounted) return Refusal(fs::text_of(mounted.error()));
  (void)bounce->release();  // the volume's for good
  return {};
}

Result<proc::VolumeNode> BootVolume::find(std::string_view path) {
  return node_of(TRY(iso_->lookup(path)));
}

Result<void> BootVolume::read(const proc::VolumeNode& node, uint64_t offset, FrameSpan into) {
  return iso_->read(file_of(node), offset, into);
}

Result<std::optional<proc::VolumeEntry>> BootVolume::next_entry(const proc::VolumeNode& directory,
                                                                uint64_t& cursor) {
  fs::DirectoryCursor at{static_cast<uint32_t>(cursor)};
  const auto found = TRY(iso_->read_directory(file_of(directory), at));
  cursor = at.offset;
  if (!found) return std::nullopt;
  proc::VolumeEntry entry;
  entry.node = node_of(found->file);
  const std::string_view name = found->name.view();
  entry.name_bytes = static_cast<uint8_t>(std::min(name.size(), proc::kMaxNameBytes));
  std::copy_n(name.begin(), entry.name_bytes, entry.name);
  return entry;
}

}  // namespace mobius
