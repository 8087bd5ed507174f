// SimMmu: the address translation of a simulated i386, written from the manual.
//
// Intel SDM Vol. 3A, sections 4.3 (the walk), 4.6 (access rights), 4.7 (page faults), 4.8 (A and D
// bits), 4.10 (TLB and paging-structure caches). It shares no line with arch/i386/paging, so that
// it can bear witness against it. Its caches never forget by themselves: whatever page tables
// change without a flush, the next access sees the old translation.
#pragma once

#include <expected>
#include <string>
#include <unordered_map>

#include "arch/i386/paging/tlb.h"
#include "sim/sim_tables.h"

namespace mobius::sim {

enum class MemoryAccess : uint8_t { Read, Write };
enum class Privilege : uint8_t { Supervisor, User };

// Vector 14: what the processor leaves in CR2 and pushes as error code (SDM Vol. 3A, 4.7).
struct SimPageFault {
  VirtAddr address;
  uint32_t error_code;
};
inline constexpr uint32_t kErrorPresent = 1;   // a page-level protection violation
inline constexpr uint32_t kErrorWrite = 2;
inline constexpr uint32_t kErrorUser = 4;
inline constexpr uint32_t kErrorReserved = 8;  // a reserved bit was set

class SimMmu final : public paging::Tlb {
 public:
  explicit SimMmu(SimFrameMemory& memory) : tables_(memory) {}
  SimMmu(const SimMmu&) = delete;

  // The instructions.
  void load_cr3(FrameNumber directory);
  FrameNumber cr3() const { return cr3_; }
  void invlpg(VirtAddr page);
  void set_write_protect(bool on) { write_protect_ = on; }  // CR0.WP, on at first

  // The translation of one access within one page. Sets A and D bits in memory and fills the TLB.
  std::expected<PhysAddr, SimPageFault> translate(VirtAddr a, MemoryAccess access, Privilege who);

  // The Tlb port, as arch/i386 implements it.
  void flush_page(FrameNumber directory, VirtAddr page) override;
  void flush_all(FrameNumber directory) override;

  // For tests of the tests: the next flushes of the port do nothing.
  void lose_flushes(bool lose) { lose_flushes_ = lose; }

  // Empty where everything cached agrees with the tables in memory; else what does not.
  std::string find_stale() const;

  uint64_t page_flushes() const { return page_flushes_; }
  uint64_t full_flushes() const { return full_flushes_; }
  uint64_t walks() const { return walks_; }
  uint64_t faults() const { return faults_; }
  // Faults that the tables in memory did not call for: only a stale translation forbade the access.
  uint64_t spurious_faults() const { return spurious_faults_; }

 private:
  struct Directory {  // an entry of the paging-structure cache (4.10.3)
    uint32_t table;
    bool writable, user;
  };

  SimWalked walk(VirtAddr a, MemoryAccess access, Privilege who);
  SimWalked walk_table(VirtAddr a, Directory from, MemoryAccess access, Privilege who);
  SimWalked walk_big_page(VirtAddr a, uint32_t entry, MemoryAccess access, Privilege who);
  bool allowed(const SimTranslation& t, MemoryAccess access, Privilege who) const;
  std::unexpected<SimPageFault> fault(VirtAddr a, const SimWalked& walked, MemoryAccess access,
                                      Privilege who);

  SimTables tables_;
  FrameNumber cr3_ = kNoFrame;
  bool write_protect_ = true;
  bool lose_flushes_ = false;
  std::unordered_map<uint32_t, SimTranslation> tlb_;  // by page number
  std::unordered_map<uint32_t, Directory> directories_;  // by directory index
  uint64_t page_flushes_ = 0, full_flushes_ = 0, walks_ = 0, faults_ = 0, spurious_faults_ = 0;
};

}  // namespace mobius::sim
