// The address translation of a simulated i386 (sim_mmu.h).
#include "sim/sim_mmu.h"

#include <cstdio>

namespace mobius::sim {

namespace {
constexpr uint32_t kA = 1u << 5, kD = 1u << 6;

std::string about(const char* format, uint32_t value) {
  char text[80];
  std::snprintf(text, sizeof text, format, value);
  return text;
}
}  // namespace

void SimMmu::load_cr3(FrameNumber directory) {
  cr3_ = directory;
  tlb_.clear();
  directories_.clear();
}

// 4.10.4.1: the page's translation, and all paging-structure caches whatever the address.
void SimMmu::invlpg(VirtAddr page) {
  tlb_.erase(page.value >> 12);
  directories_.clear();
}

void SimMmu::flush_page(FrameNumber directory, VirtAddr page) {
  ++page_flushes_;
  if (directory == cr3_ && !lose_flushes_) invlpg(page);
}

void SimMmu::flush_all(FrameNumber directory) {
  ++full_flushes_;
  if (directory == cr3_ && !lose_flushes_) load_cr3(cr3_);
}

// 4.6.1: user accesses need U/S in every entry, writes R/W in every entry; supervisor writes to
// read-only pages are allowed only with CR0.WP = 0.
bool SimMmu::allowed(const SimTranslation& t, MemoryAccess access, Privilege who) const {
  if (who == Privilege::User && !t.user) return false;
  if (access == MemoryAccess::Read || t.writable) return true;
  return who == Privilege::Supervisor && !write_protect_;
}

std::expected<PhysAddr, SimPageFault> SimMmu::translate(VirtAddr a, MemoryAccess access,
                                                        Privilege who) {
  KASSERT(cr3_ != kNoFrame);
  const auto found = tlb_.find(a.value >> 12);
  if (found != tlb_.end()) {
    const SimTranslation& t = found->second;
    if (!allowed(t, access, who)) {
      return fault(a, {.translation = t, .present = true}, access, who);
    }
    if (access == MemoryAccess::Read || t.dirty) {
      return PhysAddr{(uint64_t{t.frame} << 12) | (a.value & 0xFFF)};
    }
    tlb_.erase(found);  // a first write: the processor goes to memory to set the D bit
  }
  const SimWalked walked = walk(a, access, who);
  if (!walked.present || !allowed(walked.translation, access, who)) {
    return fault(a, walked, access, who);
  }
  tlb_[a.value >> 12] = walked.translation;
  return PhysAddr{(uint64_t{walked.translation.frame} << 12) | (a.value & 0xFFF)};
}

SimWalked SimMmu::walk(VirtAddr a, MemoryAccess access, Privilege who) {
  ++walks_;
  const uint32_t index = a.value >> 22;
  const auto cached = directories_.find(index);
  if (cached != directories_.end()) return walk_table(a, cached->second, access, who);

  const uint32_t entry = tables_.load(cr3_.value, index);
  if (!bit(entry, kBitP)) return {};
  if (bit(entry, kBitPs)) return walk_big_page(a, entry, access, who);
  tables_.store(cr3_.value, index, entry | kA);
  const Directory directory{entry >> 12, bit(entry, kBitRw), bit(entry, kBitUs)};
  directories_[index] = directory;
  return walk_table(a, directory, access, who);
}

SimWalked SimMmu::walk_table(VirtAddr a, Directory from, MemoryAccess access, Privilege who) {
  const uint32_t index = (a.value >> 12) & 0x3FF;
  const uint32_t entry = tables_.load(from.table, index);
  if (!bit(entry, kBitP)) return {};
  SimWalked result{.translation = {.frame = entry >> 12,
                                .writable = from.writable && bit(entry, kBitRw),
                                .user = from.user && bit(entry, kBitUs),
                                .dirty = bit(entry, kBitD)},
                .present = true};
  if (!allowed(result.translation, access, who)) return result;
  uint32_t updated = entry | kA;
  if (access == MemoryAccess::Write) {
    updated |= kD;
    result.translation.dirty = true;
  }
  if (updated != entry) tables_.store(from.table, index, updated);
  return result;
}

// 4.3, figure 4-3. Without PSE-36 bits 21:13 are reserved.
SimWalked SimMmu::walk_big_page(VirtAddr a, uint32_t entry, MemoryAccess access, Privilege who) {
  if ((entry & 0x003FE000) != 0) return {.translation = {}, .error = kErrorReserved};
  SimWalked result{.translation = {.frame = (entry >> 22 << 10) | ((a.value >> 12) & 0x3FF),
                                .writable = bit(entry, kBitRw),
                                .user = bit(entry, kBitUs),
                                .dirty = bit(entry, kBitD)},
                .present = true};
  if (!allowed(result.translation, access, who)) return result;
  uint32_t updated = entry | kA;
  if (access == MemoryAccess::Write) {
    updated |= kD;
    result.translation.dirty = true;
  }
  if (updated != entry) tables_.store(cr3_.value, a.value >> 22, updated);
  return result;
}

// 4.7, and 4.10.4.1: a page fault itself drops what was cached for the address.
std::unexpected<SimPageFault> SimMmu::fault(VirtAddr a, const SimWalked& walked,
                                            MemoryAccess access, Privilege who) {
  ++faults_;
  const SimWalked now = tables_.look(cr3_, a);
  if (now.present && allowed(now.translation, access, who)) ++spurious_faults_;
  tlb_.erase(a.value >> 12);
  directories_.erase(a.value >> 22);
  uint32_t error = walked.error;
  if (walked.present || walked.error != 0) error |= kErrorPresent;
  if (access == MemoryAccess::Write) error |= kErrorWrite;
  if (who == Privilege::User) error |= kErrorUser;
  return std::unexpected(SimPageFault{a, error});
}

std::string SimMmu::find_stale() const {
  for (const auto& [page, cached] : tlb_) {
    const SimWalked now = tables_.look(cr3_, {page << 12});
    const SimTranslation& t = now.translation;
    if (!now.present) return about("page %#x is cached but not mapped", page << 12);
    if (t.frame != cached.frame) return about("page %#x: another frame", page << 12);
    if (t.writable != cached.writable || t.user != cached.user) {
      return about("page %#x: other rights", page << 12);
    }
    if (cached.dirty && !t.dirty) return about("page %#x: D was cleared", page << 12);
  }
  for (const auto& [index, cached] : directories_) {
    const uint32_t entry = tables_.load(cr3_.value, index);
    if (!bit(entry, kBitP) || (entry >> 12) != cached.table) {
      return about("directory entry %u is cached but gone", index);
    }
  }
  return {};
}

}  // namespace mobius::sim
