// Wiring what evicts pages: see machine_paging.h.
#include "machine_paging.h"

#include <algorithm>

#include "base/text.h"
#include "bootinfo/boot_options.h"
#include "proc/processes/thread_life.h"
#include "proc/reports/load_control.h"

namespace mobius {
namespace {

// Free frames below which the page daemon starts: enough for the requests while it works.
constexpr uint32_t kLeastLow = 16, kMostLow = 128, kLowShare = 256;

[[noreturn]] void page_daemon(void* daemon) { static_cast<mm::PageDaemon*>(daemon)->run(); }
[[noreturn]] void load_control(void* control) { static_cast<proc::LoadControl*>(control)->run(); }

void start_kernel_thread(proc::System& system, void (*entry)(void*), void* argument) {
  auto made = proc::make_thread(system, nullptr, entry, argument);
  if (!made) system.machine.end("panic: no memory for the kernel's threads");
  proc::Thread& thread = *made->release();
  thread.priority = proc::kKernelPriority;
  system.scheduler.make_ready(thread);
}

// Requires: a policy has that name, or it is empty.
mm::ReplacementPolicy& policy_of(std::string_view name, std::span<std::byte> storage) {
  auto* policy = mm::make_policy(name.empty() ? mm::kDefaultPolicy : name, storage);
  KASSERT(policy != nullptr);
  return *policy;
}

// Takes frames out of the machine for good until no more than `usable` can hold pages of programs
// before the page daemon is woken, so that figures of machines of another size can be compared.
uint32_t hide_frames(mm::FrameAllocator& frames, uint32_t usable, uint32_t watermark) {
  uint32_t hidden = 0;
  for (; frames.counts().free() > usable + watermark; ++hidden) {
    auto frame = frames.allocate(mm::FrameUse::Driver);
    if (!frame) break;
    (void)frame->release();
  }
  return hidden;
}

}  // namespace

MachinePaging::MachinePaging(mm::MemoryManager& manager, std::string_view policy)
    : manager_(manager),
      pager_(manager),
      paging_(manager, policy_of(policy, storage_), pager_) {}

void MachinePaging::start(proc::System& system, mm::PageDevice* device) {
  using Line = TextBuffer<128>;
  if (device != nullptr && !pager_.swap_on(*device)) {
    system.machine.log("swap: not enough memory for its books, not used\n");
  }
  start_kernel_thread(system, page_daemon, &paging_.daemon);
  static proc::LoadControl control(system);
  start_kernel_thread(system, load_control, &control);
  Line line;
  {
    LockGuard guard(manager_.lock);
    manager_.promises.set_reserve(kPromisedFrames);
    manager_.promises.set_image_reserve(kImageReserve);
    manager_.share = mm::KernelShare::of(manager_.frames.counts().direct());
    line.add("paging: policy ").add(paging_.residency.policy_name()).add(", low at ");
  }
  const uint32_t total = manager_.frames.counts().total();
  const uint32_t low = std::clamp(total / kLowShare, kLeastLow, kMostLow);
  system.machine.log(line.add_decimal(low).add(" frames\n").text());
  const std::string_view options = system.machine.command_line();
  if (const uint32_t usable = bootinfo::option_number(options, "usable-frames=")) {
    Line hiding;
    hiding.add("paging: ").add_decimal(usable).add(" usable frames, ");
    hiding.add_decimal(hide_frames(manager_.frames, usable, kPromisedFrames + low));
    system.machine.log(hiding.add(" hidden\n").text());
  }
  paging_.daemon.start(low);
}

}  // namespace mobius
