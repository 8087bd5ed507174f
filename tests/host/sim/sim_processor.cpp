// proc::Cpu by fibers and the simulated MMU (sim_processor.h).
#include "sim/sim_processor.h"

#include <algorithm>
#include <cstring>

#include "base/lock.h"
#include "proc/limits.h"
#include "proc/user_exception.h"

namespace mobius::sim {

namespace {

constexpr size_t kStackBytes = 64 * 1024;
constexpr unsigned kMaxFaults = 1000;  // in a row, of one access: the kernel is wrong

mm::PageFault fault_of(const SimPageFault& fault) {
  KASSERT((fault.error_code & kErrorReserved) == 0);
  return {fault.address, (fault.error_code & kErrorWrite) != 0 ? mm::FaultAccess::Write
                                                               : mm::FaultAccess::Read};
}

Error error_of(mm::FaultOutcome outcome) {
  switch (outcome) {
    case mm::FaultOutcome::OutOfMemory: return Error::OutOfFrames;
    case mm::FaultOutcome::IoError: return Error::IoError;
    case mm::FaultOutcome::NotAllowed:
    case mm::FaultOutcome::Resolved: break;
  }
  return Error::BadAddress;
}

// As arch/i386/page_fault.cpp ends a process.
[[noreturn]] void end_process(const mm::PageFault& fault, mm::FaultOutcome outcome) {
  const proc::UserRegisters registers{};
  if (outcome == mm::FaultOutcome::OutOfMemory) {
    proc::end_process_out_of_memory(fault.address, registers);
  }
  if (outcome == mm::FaultOutcome::IoError) {
    proc::end_process_by_fault("read error", fault.address, registers, &fault);
  }
  const mm::FaultReason reason = mm::explain_fault(*proc::current_space(), fault, false);
  proc::end_process_by_fault(mm::words_for(reason), fault.address, registers, &fault);
}

}  // namespace

void SimProcessor::start(std::function<void()> boot) {
  auto& fiber = stacks_[0].fiber;
  if (!fiber) fiber = std::make_unique<SimFiber>(kStackBytes, std::move(boot));
  SimFiber::switch_to(outside_, *fiber);
}

void SimProcessor::stop() { SimFiber::switch_to(*stacks_[0].fiber, outside_); }

void SimProcessor::return_to_user() {
  while (proc::user_return_work != 0) proc::before_user_return();
}

// The byte an access of user code reaches.
std::byte* SimProcessor::user_byte(VirtAddr a, MemoryAccess access) {
  for (unsigned faults = 0; faults < kMaxFaults; ++faults) {
    const auto at = machine_->mmu.translate(a, access, Privilege::User);
    if (at) return machine_->memory.hardware(frame_of(*at)) + a.page_offset();
    const mm::PageFault fault = fault_of(at.error());
    const mm::FaultOutcome outcome = mm::resolve_fault(*proc::current_space(), fault);
    if (outcome != mm::FaultOutcome::Resolved) end_process(fault, outcome);
    return_to_user();
  }
  assert_failed("the same access faults for ever", __FILE_NAME__, __LINE__);
}

uint8_t SimProcessor::load(VirtAddr from) {
  return static_cast<uint8_t>(*user_byte(from, MemoryAccess::Read));
}

void SimProcessor::store(VirtAddr to, uint8_t value) {
  *user_byte(to, MemoryAccess::Write) = static_cast<std::byte>(value);
}

Result<uint32_t> SimProcessor::make_kernel_stack(mm::Claim claim) {
  if (!proc::may_start(claim, stacks_in_use_, kMaxStacks)) return Failure(Error::TooManyRunning);
  const auto stack = std::find_if(stacks_.begin() + 1, stacks_.end(),
                                  [](const Stack& s) { return s.frame == kNoFrame; });
  KASSERT(stack != stacks_.end());
  stack->frame = TRY(machine_->frames.allocate(mm::FrameUse::KernelStack, mm::Placement::Any,
                                               mm::Fill::None, claim)).release();
  ++stacks_in_use_;
  return static_cast<uint32_t>(stack - stacks_.begin());
}

void SimProcessor::free_kernel_stack(uint32_t top) {
  machine_->frames.free(stacks_[top].frame, mm::FrameUse::KernelStack);
  stacks_[top].frame = kNoFrame;
  --stacks_in_use_;
}

void SimProcessor::start_context(proc::CpuContext& context, uint32_t stack_top,
                                 void (*entry)(void*), void* argument) {
  context.kernel_esp = context.kernel_stack_top = stack_top;
  auto& fiber = stacks_[stack_top].fiber;
  auto body = [entry, argument] { entry(argument); };
  if (fiber) {
    fiber->restart(body);
  } else {
    fiber = std::make_unique<SimFiber>(kStackBytes, body);
  }
}

void SimProcessor::switch_context(proc::CpuContext& from, proc::CpuContext& to) {
  const FrameNumber directory{to.directory >> kPageShift};
  if (to.directory != 0 && directory != machine_->mmu.cr3()) machine_->mmu.load_cr3(directory);
  SimFiber::switch_to(*stacks_[from.kernel_esp].fiber, *stacks_[to.kernel_esp].fiber);
}

void SimProcessor::enter_user(VirtAddr eip, VirtAddr esp) {
  user_code(eip, esp);
  assert_failed("user code returned", __FILE_NAME__, __LINE__);
}

Result<proc::UserMap*> SimProcessor::create_map(mm::Claim claim) {
  return TRY(machine_->create_map(claim)).release();
}

uint32_t SimProcessor::directory_of(proc::UserMap& map) {
  return static_cast<paging::PageTables&>(map).directory().value << kPageShift;
}

void SimProcessor::destroy_map(proc::UserMap& map) {
  if (machine_->mmu.cr3().value == directory_of(map) >> kPageShift) machine_->leave_map();
  machine_->heap.destroy(&static_cast<paging::PageTables&>(map));
}

// Page by page; what precedes a page that cannot be reached has been copied.
Result<void> SimProcessor::copy(VirtAddr user, std::byte* kernel, uint32_t bytes,
                                MemoryAccess access) {
  if (bytes == 0) return {};
  if (user.value < kUserBegin || user.value >= kUserEnd || bytes > kUserEnd - user.value) {
    return Failure(Error::BadAddress);
  }
  Lock::assert_no_lock_held();
  for (unsigned faults = 0; bytes > 0 && faults < kMaxFaults;) {
    const auto at = machine_->mmu.translate(user, access, Privilege::Supervisor);
    if (!at) {
      ++faults;
      const auto outcome = mm::resolve_fault(*proc::current_space(), fault_of(at.error()));
      if (outcome != mm::FaultOutcome::Resolved) return Failure(error_of(outcome));
      continue;
    }
    const uint32_t step = std::min(bytes, kPageSize - user.page_offset());
    std::byte* const there = machine_->memory.hardware(frame_of(*at)) + user.page_offset();
    std::memcpy(access == MemoryAccess::Write ? there : kernel,
                access == MemoryAccess::Write ? kernel : there, step);
    user = user + step;
    kernel += step;
    bytes -= step;
    faults = 0;
  }
  KASSERT(bytes == 0);
  return {};
}

Result<void> SimProcessor::copy_from_user(void* to, VirtAddr from, uint32_t bytes) {
  return copy(from, static_cast<std::byte*>(to), bytes, MemoryAccess::Read);
}

Result<void> SimProcessor::copy_to_user(VirtAddr to, const void* from, uint32_t bytes) {
  return copy(to, static_cast<std::byte*>(const_cast<void*>(from)), bytes, MemoryAccess::Write);
}

}  // namespace mobius::sim
