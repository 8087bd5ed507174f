// Load control: see load_control.h.
#include "proc/reports/load_control.h"

#include <array>

#include "proc/processes/system.h"

namespace mobius::proc {

uint32_t biggest_newcomer(std::span<const PagingProcess> pagers) {
  const PagingProcess* oldest = nullptr;  // of those that page and go on
  for (const PagingProcess& p : pagers) {
    if (p.promised || p.suspended || p.faults == 0) continue;
    if (oldest == nullptr || p.pid < oldest->pid) oldest = &p;
  }
  const PagingProcess* biggest = nullptr;
  for (const PagingProcess& p : pagers) {
    if (p.promised || p.suspended || p.faults == 0 || &p == oldest) continue;
    if (biggest == nullptr || p.pages > biggest->pages) biggest = &p;
  }
  return biggest != nullptr ? biggest->pid : 0;
}

LoadControl::LoadControl(System& system)
    : system_(system), stalled_ns_(system.memory.pressure.stalled_ns()) {}

void LoadControl::run() {
  for (;;) {
    const WaitKey never_woken{this, kEndWord};
    (void)system_.scheduler.wait_for(never_woken, system_.clock.now_ns() + kLookNs);
    look();
  }
}

void LoadControl::look() {
  const bool bad = thrashing();
  if (!bad || suspended_pid_ != 0) forget_faults();
  if (suspended_pid_ != 0) {
    if (--looks_left_ == 0) resume();
    return;
  }
  bad_looks_ = bad ? bad_looks_ + 1 : 0;
  if (bad_looks_ >= kLooksUntilSuspended) suspend_somebody();
}

// Only faults of the next run of bad looks count.
void LoadControl::forget_faults() {
  LockGuard guard(system_.memory.lock);
  for (Process* p = system_.processes.next_after(0); p != nullptr;
       p = system_.processes.next_after(p->pid)) {
    if (p->space != nullptr) (void)p->space->load.take_major();
  }
}

// Nine tenths of the time since the last look.
bool LoadControl::thrashing() {
  const uint64_t stalled = system_.memory.pressure.stalled_ns();
  const uint64_t since = stalled - stalled_ns_;
  stalled_ns_ = stalled;
  return since >= kLookNs / 10 * 9;
}

void LoadControl::suspend_somebody() {
  std::array<PagingProcess, kMostPagers> pagers;
  uint32_t count = 0;
  LockGuard guard(system_.memory.lock);
  for (Process* p = system_.processes.next_after(0); p != nullptr && count < pagers.size();
       p = system_.processes.next_after(p->pid)) {
    if (p->space == nullptr || p->ending()) continue;
    const uint32_t faults = p->space->load.take_major();
    if (faults == 0) continue;
    pagers[count++] = {p->pid, p->space->footprint.resident, faults, p->promised(),
                       p->space->load.suspended()};
  }
  const uint32_t pid = biggest_newcomer({pagers.data(), count});
  bad_looks_ = 0;
  if (pid == 0) return;
  system_.processes.find(pid)->space->load.suspend();
  suspended_pid_ = pid;
  looks_left_ = kLooksSuspended;
}

void LoadControl::resume() {
  LockGuard guard(system_.memory.lock);
  Process* process = system_.processes.find(suspended_pid_);
  if (process != nullptr && process->space != nullptr) process->space->load.resume();
  suspended_pid_ = 0;
}

}  // namespace mobius::proc
