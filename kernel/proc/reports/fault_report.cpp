// The report of a fault that ends a process: see fault_report.h.
//
//   fault: process 3 hello.exe, thread 7: null pointer write
//     write to 0x0, eip 0x401020
//     there: free 0x1000..0x400000
//       above: image 0x400000..0x40a000
//     eax=... ebx=...
//     called from: 0x401100 0x401200      (again, for more than fit in a line)
#include "proc/reports/fault_report.h"

#include "base/text.h"
#include "mm/calls/vmm.h"
#include "proc/processes/process_end.h"
#include "proc/processes/thread_life.h"
#include "proc/programs/user_copies.h"

namespace mobius::proc {
namespace {

using Line = TextBuffer<200>;
constexpr unsigned kMaxFrames = 12;
constexpr unsigned kFramesALine = 6;  // none is wider than 80 columns

std::string_view words_for(std::optional<mm::RegionKind> kind) {
  if (!kind) return "free";
  switch (*kind) {
    case mm::RegionKind::Block: return "block";
    case mm::RegionKind::Reserved: return "reserved area";
    case mm::RegionKind::Stack: return "stack";
    case mm::RegionKind::Image: return "image";
    case mm::RegionKind::Shared: return "shared";
  }
  __builtin_unreachable();
}

std::string_view words_for(Access access) {
  switch (access) {
    case Access::None: return "no access";
    case Access::Read: return "read-only";
    case Access::ReadWrite: return "read-write";
  }
  __builtin_unreachable();
}

std::string_view words_for(mm::PageState state) {
  switch (state) {
    case mm::PageState::Free: return "free";
    case mm::PageState::Uncommitted: return "uncommitted";
    case mm::PageState::CommittedClean: return "committed, clean";
    case mm::PageState::CommittedDirty: return "committed, dirty";
    case mm::PageState::Swapped: return "paged out to swap";
    case mm::PageState::InFile: return "paged out to its file";
    case mm::PageState::Discarded: return "discarded";
    case mm::PageState::Reserved: return "reserved";
  }
  __builtin_unreachable();
}

void add_range(Line& line, std::string_view what, VirtRange range) {
  line.add(what).add(" ").add_hex(range.begin.value).add("..").add_hex(range.end.value);
}

// The region on the other side of a gap's border, if there is one.
void add_neighbour(Line& line, mm::AddressSpace& space, std::string_view where, VirtAddr at) {
  const auto info = mm::vmm_query(space, at);
  if (!info || !info->kind) return;
  line.add(where);
  add_range(line, words_for(info->kind), info->range);
}

// What lies at the address, or on both sides of it.
void log_surroundings(System& system, VirtAddr address) {
  mm::AddressSpace& space = *system.process().space;
  Line line;
  line.add("  there: ");
  const auto info = mm::vmm_query(space, address);
  if (address.value < kUserBegin) {
    line.add("the bottom page, which is never mapped");
  } else if (!info) {
    line.add("the kernel's half");
  } else {
    add_range(line, words_for(info->kind), info->range);
    if (info->kind) {
      mm::PageState state{};
      (void)mm::vmm_query_pages(space, address.page_down(), {&state, 1});
      line.add(", ").add(words_for(info->access)).add(", page ").add(words_for(state));
    } else {
      add_neighbour(line, space, "\n    below: ", VirtAddr{info->range.begin.value - 1});
      add_neighbour(line, space, "\n    above: ", info->range.end);
    }
  }
  system.machine.log(line.add("\n").text());
}

// Return addresses along the chain of frames, as far as it looks like one.
void log_backtrace(System& system, VirtAddr at) {
  Line line;
  line.add("  called from:");
  for (unsigned i = 0; i < kMaxFrames; ++i) {
    const auto frame = copy_in<std::array<uint32_t, 2>>(system.user, at);
    if (!frame || (*frame)[1] == 0) break;
    if (i != 0 && i % kFramesALine == 0) line.add("\n  called from:");
    line.add(" ").add_hex((*frame)[1]);
    if ((*frame)[0] <= at.value) break;  // callers lie higher up the stack
    at = VirtAddr{(*frame)[0]};
  }
  system.machine.log(line.add("\n").text());
}

void log_head(System& system, std::string_view what) {
  const Process& process = system.process();
  Line line;
  line.add("fault: process ").add_decimal(process.pid).add(" ").add(process.name.data());
  line.add(", thread ").add_decimal(system.thread().id).add(": ").add(what).add("\n");
  system.machine.log(line.text());
}

// Another thread of the process was faster, or it is being killed: nothing to report.
void leave_if_ending(System& system) {
  if (system.process().ending()) end_thread(system, 0);
}

}  // namespace

void end_process_by_fault(std::string_view reason, VirtAddr address,
                          const UserState& user, const mm::PageFault* fault) {
  System& system = the_system();
  leave_if_ending(system);
  log_head(system, reason);
  Line line;
  line.add("  ");
  if (fault != nullptr) {
    const bool write = fault->access == mm::FaultAccess::Write;
    line.add(write ? "write to " : "read of ").add_hex(address.value).add(", ");
  }
  line.add("eip ").add_hex(user.instruction.value).add("\n");
  system.machine.log(line.text());
  log_surroundings(system, address);
  system.machine.log(user.registers);
  // It may sleep (a page of the stack may have to come in): the verdict is settled before.
  system.process().fault = {reason, address.value, user.instruction.value};
  begin_end(system, system.process(), PROC_FAULTED, kFaultedCode);
  log_backtrace(system, user.frame);
  end_thread(system, kFaultedCode);
}

void end_process_out_of_memory(VirtAddr address, const UserState& user) {
  System& system = the_system();
  leave_if_ending(system);
  log_head(system, "out of memory");
  Line line;
  line.add("  no frame for the page at ").add_hex(address.value);
  line.add(", eip ").add_hex(user.instruction.value).add("; free frames: ");
  line.add_decimal(system.memory.frames.counts().free()).add("\n");
  system.machine.log(line.text());
  system.machine.log(user.registers);
  begin_end(system, system.process(), PROC_OUT_OF_MEMORY, kOutOfMemoryCode);
  end_thread(system, kOutOfMemoryCode);
}

}  // namespace mobius::proc
