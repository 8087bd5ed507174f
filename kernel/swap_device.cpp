// Looking for swap space: see swap_device.h.
#include "swap_device.h"

#include <algorithm>
#include <array>

namespace mobius {
namespace {

using drivers::AtaDisk;

// The partition table of a PC's disk: in its first sector, if that ends with the mark.
constexpr uint32_t kTableAt = 446, kEntryBytes = 16, kEntries = 4, kMarkAt = 510;
constexpr uint32_t kTypeAt = 4, kFirstSectorAt = 8, kSectorsAt = 12;
constexpr uint8_t kTypeSwap = 0x82;

uint32_t get32(const std::byte* from) {
  uint32_t value = 0;
  for (int i = 4; i-- > 0;) value = value << 8 | static_cast<uint8_t>(from[i]);
  return value;
}

bool has_partitions(const std::byte* page) {
  return page[kMarkAt] == std::byte{0x55} && page[kMarkAt + 1] == std::byte{0xAA};
}

}  // namespace

void SwapDevices::find() {
  auto frame = frames_.allocate(mm::FrameUse::Driver, mm::Placement::Direct);
  if (!frame) return log_("swap: no memory to look for it\n");
  page_ = frame->number();
  for (unsigned channel = 0; channel < drivers::IdeController::kChannels; ++channel) {
    for (unsigned drive = 0; drive < drivers::IdeController::kDrives; ++drive) {
      AtaDisk* disk = controller_.disk(channel, drive);
      if (disk != nullptr) look_at_disk(*disk, channel, drive);
    }
  }
  if (!first_) log_("swap: none\n");
}

void SwapDevices::look_at_disk(AtaDisk& disk, unsigned channel, unsigned drive) {
  const Place whole{disk, channel, drive, 0, 0, disk.sector_count()};
  if (!read_first_page(whole)) return;
  if (has_partitions(memory_.direct(page_))) return look_at_partitions(whole);
  judge(whole);
}

void SwapDevices::look_at_partitions(const Place& disk) {
  std::array<std::byte, kEntries * kEntryBytes> table;
  std::copy_n(memory_.direct(page_) + kTableAt, table.size(), table.begin());
  for (uint32_t i = 0; i < kEntries; ++i) {
    const std::byte* entry = &table[i * kEntryBytes];
    if (entry[kTypeAt] != std::byte{kTypeSwap}) continue;
    Place place = disk;
    place.partition = i + 1;
    place.first_sector = get32(entry + kFirstSectorAt);
    place.sectors = get32(entry + kSectorsAt);
    if (place.first_sector == 0 || place.first_sector + place.sectors > disk.sectors) {
      refuse(place, "beyond the end of the disk");
    } else if (read_first_page(place)) {
      judge(place);
    }
  }
}

bool SwapDevices::read_first_page(const Place& place) {
  if (place.sectors < AtaDisk::kSectorsPerPage) {
    refuse(place, mm::text_of(mm::SwapRefusal::DeviceTooSmall));
    return false;
  }
  if (!place.disk.transfer(mm::Transfer::Read, place.first_sector, {&page_, 1})) {
    refuse(place, "cannot be read");
    return false;
  }
  return true;
}

void SwapDevices::judge(const Place& place) {
  const std::span<const std::byte, kPageSize> page(memory_.direct(page_), kPageSize);
  const auto verdict = mm::parse_swap_header(page, place.sectors / AtaDisk::kSectorsPerPage);
  if (!verdict.accepted()) return refuse(place, mm::text_of(verdict.refusal()));
  if (first_) return refuse(place, "a further swap device");
  const uint64_t pages = verdict.header().pages - 1;
  first_.emplace(place.disk, place.first_sector + AtaDisk::kSectorsPerPage, pages, waiting_);
  Line line;
  begin_line(line, place);
  line.add_decimal(static_cast<int64_t>(pages)).add(" pages");
  log_(line.add(place.disk.uses_dma() ? "\n" : ", without DMA\n").text());
}

void SwapDevices::refuse(const Place& place, std::string_view why) {
  Line line;
  begin_line(line, place);
  log_(line.add(why).add(", not used\n").text());
}

void SwapDevices::begin_line(Line& line, const Place& place) {
  line.add("swap: disk ").add_decimal(place.drive).add(" channel ").add_decimal(place.channel);
  if (place.partition != 0) line.add(" partition ").add_decimal(place.partition);
  line.add(": ");
}

}  // namespace mobius
