// Vmm...: the memory calls. Their semantics are mm/calls/vmm.h's; here their arguments are unpacked
// and their answers put into the structures of abi/vmm.h.
#include <algorithm>

#include "abi/vmm.h"
#include "mm/calls/vmm.h"
#include "mm/paging/paging.h"
#include "mm/space/long_call.h"
#include "proc/programs/user_copies.h"
#include "syscall/calls.h"
#include "syscall/memory_flags.h"

namespace mobius::syscall::calls {
namespace {

static_assert(VMM_PAGE_RESERVED == static_cast<int>(mm::PageState::Reserved) &&
              VMM_PAGE_DIRTY == static_cast<int>(mm::PageState::CommittedDirty) &&
              VMM_PAGE_DISCARDED == static_cast<int>(mm::PageState::Discarded));

// struct vmm_block as the i386 program lays it out.
struct UserBlock {
  uint32_t base, pages, flags, kind, uncommitted, committed_clean, committed_dirty, paged_out;
};
static_assert(sizeof(void*) != 4 || sizeof(UserBlock) == sizeof(vmm_block));

mm::AddressSpace& own_space(proc::System& system) { return *system.process().space; }

// The space behind a process handle, 0 for the caller's own, once no long call is under way there.
// The pointer holds only until the next sleep.
Result<mm::AddressSpace*> space_of(proc::System& system, proc::Handle handle) {
  if (handle == 0) {
    mm::wait_for_long_call(own_space(system));
    return &own_space(system);
  }
  proc::HandleTable::Entry* entry = TRY(system.process().handles.find(handle));
  if (entry->object->kind() != proc::ObjectKind::Process) return Failure(Error::BadHandle);
  auto* process = static_cast<proc::Process*>(entry->object.get());
  if (process->space == nullptr) return Failure(Error::NoSuchProcess);
  return process->space.get();
}

uint32_t kind_of(const mm::BlockInfo& info) {
  if (!info.kind) return VMM_FREE;
  switch (*info.kind) {
    case mm::RegionKind::Block: return VMM_BLOCK;
    case mm::RegionKind::Reserved: return VMM_RESERVED;
    case mm::RegionKind::Stack: return VMM_STACK;
    case mm::RegionKind::Image: return VMM_IMAGE;
    case mm::RegionKind::Shared: return VMM_SHARED;
  }
  __builtin_unreachable();
}

uint32_t rights_of(Access access) {
  switch (access) {
    case Access::None: return 0;
    case Access::Read: return VM_MEM_READ;
    case Access::ReadWrite: return VM_MEM_READ | VM_MEM_WRITE;
  }
  __builtin_unreachable();
}

uint32_t flags_of(const mm::BlockInfo& info) {
  return rights_of(info.access) | (info.guaranteed ? VM_MEM_GUARANTEED : 0) |
         (info.eager ? VM_MEM_EAGER : 0);
}

}  // namespace

Result<uint32_t> VmmAlloc(proc::System& system, Words a) {
  const mm::BlockOptions options = TRY(block_of_flags(a[2]));
  return TRY(mm::vmm_alloc(own_space(system), a[0], VirtAddr{a[1]}, options)).value;
}

Result<uint32_t> VmmFree(proc::System& system, Words a) {
  TRY(mm::vmm_free(own_space(system), VirtAddr{a[0]}));
  return kTrue;
}

Result<uint32_t> VmmReserveArea(proc::System& system, Words a) {
  return TRY(mm::vmm_reserve_area(own_space(system), a[0], VirtAddr{a[1]})).value;
}

Result<uint32_t> VmmUnmap(proc::System& system, Words a) {
  TRY(mm::vmm_unmap(own_space(system), VirtAddr{a[0]}));
  return kTrue;
}

Result<uint32_t> VmmProtect(proc::System& system, Words a) {
  TRY(mm::vmm_protect(own_space(system), VirtAddr{a[0]}, a[1], TRY(access_of_flags(a[2]))));
  return kTrue;
}

Result<uint32_t> VmmResize(proc::System& system, Words a) {
  return TRY(mm::vmm_resize(own_space(system), VirtAddr{a[0]}, a[1])).value;
}

Result<uint32_t> VmmAdvise(proc::System& system, Words a) {
  switch (a[2]) {
    case VM_ADVISE_DISCARD: TRY(mm::vmm_discard(own_space(system), VirtAddr{a[0]}, a[1])); break;
    case VM_ADVISE_WILL_NEED:
      TRY(mm::vmm_will_need(own_space(system), VirtAddr{a[0]}, a[1]));
      break;
    default: return Failure(Error::BadArgument);
  }
  return kTrue;
}

Result<uint32_t> VmmLock(proc::System& system, Words a) {
  TRY(mm::vmm_lock(own_space(system), VirtAddr{a[0]}, a[1]));
  return kTrue;
}

Result<uint32_t> VmmUnlock(proc::System& system, Words a) {
  TRY(mm::vmm_unlock(own_space(system), VirtAddr{a[0]}, a[1]));
  return kTrue;
}

Result<uint32_t> VmmQuery(proc::System& system, Words a) {
  mm::BlockQuery query(VirtAddr{a[1]});
  for (;;) {
    mm::AddressSpace* const space = TRY(space_of(system, a[0]));
    if (TRY(query.step(*space)) == mm::Progress::Done) break;
    system.scheduler.let_others_run();
    if (system.thread().doomed) return Failure(Error::Interrupted);
  }
  const mm::BlockInfo& info = query.info();
  const UserBlock out{info.range.begin.value, info.range.size_pages(), flags_of(info),
                      kind_of(info), info.uncommitted, info.clean, info.dirty, info.paged_out};
  TRY(proc::copy_out(system.user, VirtAddr{a[2]}, out));
  return kTrue;
}

Result<uint32_t> VmmQueryPages(proc::System& system, Words a) {
  VirtAddr base{a[1]};
  VirtAddr to{a[3]};
  const PageCount pages = a[2];
  std::array<mm::PageState, 256> states;
  PageCount done = 0;
  while (done < pages && !system.thread().doomed) {
    // Asked for anew at each step: the copy below may sleep, and the other process end meanwhile.
    mm::AddressSpace* space = TRY(space_of(system, a[0]));
    const auto step = std::min<PageCount>(pages - done, states.size());
    const auto got = mm::page_states(*space, pages_after(base, done), {states.data(), step});
    if (!got && done > 0) break;  // the user range ended just there
    const PageCount filled = TRY(got);
    TRY(system.user.write(to + done, states.data(), filled));
    done += filled;
    if (filled < step) break;
    system.scheduler.let_others_run();
  }
  return done;
}

Result<uint32_t> VmmStats(proc::System& system, Words a) {
  mm::MemoryManager& memory = system.memory;
  vmm_stats stats{};
  {
    LockGuard guard(memory.lock);
    stats.frames_total = memory.frames.counts().total();
    stats.frames_free = memory.frames.counts().free();
    if (const mm::SwapPager* swap = memory.swap) {
      stats.slots_total = swap->good_slots();
      stats.slots_free = swap->slots_left();
      stats.bit_tests = memory.stats.bit_tests;
      stats.zero_pages_out = memory.stats.zero_pages_out;
      stats.checksum_errors = swap->checksum_errors();
      stats.stalled_ns = memory.pressure.stalled_ns();
      stats.slots_retired = swap->slots().retired();
      const mm::PageDevice::QueueLength queue = swap->device().queue_length();
      stats.queue_length = queue.now;
      stats.queue_longest = queue.longest;
    }
    stats.frames_zeroed = memory.frames.zeroed().count();
    stats.frames_standby = memory.frames.standby().count();
    stats.frames_heap = memory.heap.frames_used();
    stats.faults_minor = memory.stats.faults_minor;
    stats.faults_major = memory.stats.faults_major;
    stats.pages_in = memory.stats.pages_in;
    stats.pages_out = memory.stats.pages_out;
    stats.ios_in = memory.stats.ios_in;
    stats.ios_out = memory.stats.ios_out;
    stats.pages_ahead = memory.stats.pages_ahead;
    stats.pages_taken_back = memory.stats.pages_taken_back;
  }
  static_assert(std::has_unique_object_representations_v<vmm_stats>);
  const auto bytes = std::min<uint32_t>(a[1], sizeof stats);
  TRY(system.user.write(VirtAddr{a[0]}, &stats, bytes));
  return kTrue;
}

}  // namespace mobius::syscall::calls
