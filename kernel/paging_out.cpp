// Wiring what evicts pages: see paging_out.h.
#include "paging_out.h"

#include <algorithm>

#include "proc/text.h"
#include "proc/threads.h"

namespace mobius {
namespace {

// Frames free below which the page daemon starts: enough for what is asked for while it works.
constexpr uint32_t kLeastLow = 16, kMostLow = 128, kLowShare = 256;

[[noreturn]] void page_daemon(void* pageout) { static_cast<mm::PageOut*>(pageout)->run(); }

mm::ReplacementPolicy& or_default(mm::ReplacementPolicy* policy, std::span<std::byte> storage) {
  return policy != nullptr ? *policy : *mm::make_policy(mm::kDefaultPolicy, storage);
}

}  // namespace

PagingOut::PagingOut(mm::MemoryManager& manager, std::string_view policy)
    : manager_(manager),
      pager_(manager),
      policy_(mm::make_policy(policy.empty() ? mm::kDefaultPolicy : policy, storage_)),
      pageout_(manager, or_default(policy_, storage_), pager_) {}

void PagingOut::start(proc::System& system, mm::PageDevice* device) {
  using Line = proc::TextBuffer<128>;
  if (policy_ == nullptr) system.machine.end("panic: there is no such replacement policy");
  if (device != nullptr && !pager_.swap_on(*device)) {
    system.machine.log("swap: not enough memory for its books, not used\n");
  }
  auto daemon = proc::make_thread(system, page_daemon, &pageout_);
  if (!daemon) system.machine.end("panic: no memory for the page daemon");
  proc::Thread& thread = *daemon->release();
  thread.priority = proc::kKernelPriority;
  system.scheduler.make_ready(thread);
  {
    LockGuard guard(manager_.lock);
    manager_.promises.set_reserve(kPromisedFrames);
  }
  const uint32_t total = manager_.frames.total_frames();
  const uint32_t low = std::clamp(total / kLowShare, kLeastLow, kMostLow);
  pageout_.start(low);
  Line line;
  line.add("paging: policy ").add(pageout_.policy().name()).add(", low at ");
  system.machine.log(line.add_decimal(low).add(" frames\n").text());
}

}  // namespace mobius
