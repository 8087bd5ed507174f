// The ports of threads and time by fibers (sim_processor.h).
#include "sim/sim_processor.h"

#include <algorithm>

#include "proc/processes/limits.h"

namespace mobius::sim {

namespace {

constexpr size_t kStackBytes = 64 * 1024;

}  // namespace

void SimProcessor::start(std::function<void()> boot) {
  auto& fiber = stacks_[0].fiber;
  if (!fiber) fiber = std::make_unique<SimFiber>(kStackBytes, std::move(boot));
  SimFiber::switch_to(outside_, *fiber);
}

void SimProcessor::stop() { SimFiber::switch_to(*stacks_[0].fiber, outside_); }

Result<proc::CpuContext*> SimProcessor::make_context(mm::FrameClass who, proc::UserMap* map,
                                                     void (*entry)(void*), void* argument) {
  if (!proc::may_start(who, stacks_in_use_, kMaxStacks)) return Failure(Error::TooManyRunning);
  const auto stack = std::find_if(stacks_.begin() + 1, stacks_.end(),
                                  [](const Stack& s) { return s.frame == kNoFrame; });
  KASSERT(stack != stacks_.end());
  stack->frame = TRY(machine_->frames.allocate(mm::FrameUse::KernelStack, mm::Placement::Any,
                                               mm::Fill::None, who)).release();
  ++stacks_in_use_;
  stack->directory =
      map != nullptr ? static_cast<paging::PageTables&>(*map).directory() : kNoFrame;
  auto body = [entry, argument] { entry(argument); };
  if (stack->fiber) {
    stack->fiber->restart(body);
  } else {
    stack->fiber = std::make_unique<SimFiber>(kStackBytes, body);
  }
  return &*stack;
}

void SimProcessor::free_context(proc::CpuContext& context) {
  auto& stack = static_cast<Stack&>(context);
  machine_->frames.free(stack.frame, mm::FrameUse::KernelStack);
  stack.frame = kNoFrame;
  --stacks_in_use_;
}

void SimProcessor::switch_context(proc::CpuContext& from, proc::CpuContext& to) {
  const auto& next = static_cast<Stack&>(to);
  if (next.directory != kNoFrame && next.directory != machine_->mmu.cr3()) {
    machine_->mmu.load_cr3(next.directory);
  }
  SimFiber::switch_to(*static_cast<Stack&>(from).fiber, *next.fiber);
}

void SimProcessor::enter(VirtAddr eip, VirtAddr esp) {
  user_code(eip, esp);
  assert_failed("user code returned", __FILE_NAME__, __LINE__);
}

}  // namespace mobius::sim
