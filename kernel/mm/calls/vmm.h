// The memory calls' semantics (docs/memory.md; the contracts are the public calls' in abi/vmm.h).
//
// Each call validates its arguments, acquires everything that may fail, and only then changes
// anything: a call that fails has changed nothing. One that has much to do lets others run in the
// midst of it (steps.h), and those of them who need the block wait for its end
// (long_call.h). One that takes pages away sleeps while they are on their way in, one that finds
// no frame while pages are evicted. Addresses and sizes are as the program gave them: nothing about
// them is trusted.
#pragma once

#include <span>

#include "mm/space/address_space.h"

namespace mobius::mm {

// What a new block is asked to be (VM_MEM_GUARANTEED, VM_MEM_EAGER).
enum class Storage : uint8_t { OnTouch, Promised };  // of its pages: Promised is never refused
enum class Commit : uint8_t { Touched, Around };     // which pages a first write commits
struct BlockOptions {
  Access access = Access::ReadWrite;
  Storage storage = Storage::OnTouch;
  Commit commit = Commit::Touched;
};

// Where the kernel puts a block when it may choose: the lowest gap that fits at or above this, or
// else the lowest of all. Below it there is room for EXEs at their usual bases.
inline constexpr VirtAddr kFirstChoice{0x10000000};

// R21, R24. `base` null: the kernel chooses; otherwise rounded down and honoured where free, else
// the nearest gap above that fits, else the nearest below. A range wholly inside one reserved area
// takes exactly that part. Fails: BadArgument, OutOfAddressSpace, OutOfFrames, LimitReached.
Result<VirtAddr> vmm_alloc(AddressSpace& space, PageCount pages, VirtAddr base,
                           BlockOptions options) EXCLUDES(memory_lock);

// R25. Frees the whole block that `address` is in; a block in a reservation goes back to it.
// Fails: BadArgument (anything that is not in a VmmAlloc block).
Result<void> vmm_free(AddressSpace& space, VirtAddr address) EXCLUDES(memory_lock);

// An address range that only VmmAlloc can make usable, part by part. Base as in vmm_alloc.
Result<VirtAddr> vmm_reserve_area(AddressSpace& space, PageCount pages, VirtAddr base)
    EXCLUDES(memory_lock);

// Ends a reservation. Fails: BadArgument (not in one), Busy (blocks live in it).
Result<void> vmm_unmap(AddressSpace& space, VirtAddr address) EXCLUDES(memory_lock);

// New rights for any page range inside one block or image. Fails: BadArgument, OutOfFrames,
// LimitReached.
Result<void> vmm_protect(AddressSpace& space, VirtAddr base, PageCount pages, Access access)
    EXCLUDES(memory_lock);

// Grows, shrinks or moves the block `address` is in; returns its base. Contents are kept by moving
// pages. Fails: BadArgument, OutOfAddressSpace, OutOfFrames, LimitReached.
Result<VirtAddr> vmm_resize(AddressSpace& space, VirtAddr address, PageCount pages)
    EXCLUDES(memory_lock);

// The pages are uncommitted again, and read as zeros. Any page range inside one block.
Result<void> vmm_discard(AddressSpace& space, VirtAddr base, PageCount pages) EXCLUDES(memory_lock);

// The pages of any range inside one writable block are committed, and while they are in RAM they
// stay there until they are unlocked or freed; locks do not nest. Of a page that several views
// show, each has a lock of its own. What a block grows by is not locked; a page that is discarded
// and comes again is. May sleep. Fails: BadArgument, LimitReached (more than an eighth of RAM for
// one process, a quarter for all; regions), OutOfFrames, IoError, Interrupted (the process is being
// killed; nothing more is locked then). Unlocking fails as VmmProtect does.
inline constexpr uint32_t kLockShareOfProcess = 8, kLockShareOfAll = 4;
Result<void> vmm_lock(AddressSpace& space, VirtAddr base, PageCount pages) EXCLUDES(memory_lock);
Result<void> vmm_unlock(AddressSpace& space, VirtAddr base, PageCount pages) EXCLUDES(memory_lock);

// Brings in what is paged out of any page range inside one block, as far as it can be had, up to an
// eighth of RAM; pages of the range that are in RAM already count, too.
// May sleep. Fails: BadArgument.
Result<void> vmm_will_need(AddressSpace& space, VirtAddr base, PageCount pages)
    EXCLUDES(memory_lock);

// R10: what a program can ask about a page. Values are those of enum vmm_page_state.
enum class PageState : uint8_t {
  Free = 0,
  Uncommitted = 1,
  CommittedClean = 2,
  CommittedDirty = 3,
  Swapped = 4,
  InFile = 5,
  Discarded = 6,
  Reserved = 7,
};

struct BlockInfo {
  VirtRange range;  // of the whole block, or of the gap
  std::optional<RegionKind> kind;  // none: a gap
  Access access = Access::None;    // at the address asked for
  bool code = false;
  bool guaranteed = false, eager = false;  // as VmmAlloc was asked
  PageCount uncommitted = 0, clean = 0, dirty = 0, paged_out = 0;
};

// VmmQuery in steps, between which others run and change what has been counted. For a space that
// may end meanwhile: the caller looks it up anew for each step, and does not wait for a long call
// there.
class BlockQuery {
 public:
  explicit BlockQuery(VirtAddr address) : address_(address) {}
  // Done: that was all. Fails: BadArgument outside the user range.
  Result<Progress> step(AddressSpace& space) EXCLUDES(memory_lock);
  const BlockInfo& info() const { return info_; }

 private:
  void begin(AddressSpace& space) REQUIRES(memory_lock);
  const VirtAddr address_;
  BlockInfo info_;
  uint32_t object_ = 0;  // the birth of the one whose pages are being counted; 0: none yet
  VirtAddr cursor_{0};   // what lies behind it has been
};

// The block or gap at `address`. Fails: BadArgument outside the user range.
Result<BlockInfo> vmm_query(AddressSpace& space, VirtAddr address) EXCLUDES(memory_lock);

// The state of each page from `base` on, until `states` is full or the user range ends; returns
// how many were filled in. Fails: BadArgument outside the user range.
Result<PageCount> vmm_query_pages(AddressSpace& space, VirtAddr base, std::span<PageState> states)
    EXCLUDES(memory_lock);
// The same for a space that may end while one sleeps: without waiting for a long call there.
Result<PageCount> page_states(AddressSpace& space, VirtAddr base, std::span<PageState> states)
    EXCLUDES(memory_lock);

}  // namespace mobius::mm
