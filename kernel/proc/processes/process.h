// Process: an address space, its threads, its handles, its children.
//
// Life: made by spawn.cpp; `ending` from the moment it exits, faults or is killed, while its
// threads leave one after another; the last one empties the address space, the reaper frees the
// rest, and what remains is a zombie: pid, end, code, until its parent takes it away. A process
// whose parent has gone is an orphan and disappears by itself.
#pragma once

#include <array>

#include "abi/mobius.h"
#include "mm/space/address_space.h"
#include "proc/handles/handle_table.h"
#include "proc/programs/privileges.h"
#include "proc/threads/thread.h"

namespace mobius::proc {

struct AllProcessesTag;
struct ChildTag;

using ProcessName = std::array<char, 32>;  // ended by NUL

// What a report and the verdict say about a fault.
struct FaultVerdict {
  std::string_view reason;  // a constant text
  uint32_t address = 0;
  uint32_t instruction = 0;
};

class Process final : public KernelObject, public Link<AllProcessesTag>, public Link<ChildTag> {
 public:
  explicit Process(mm::KernelHeap& heap)
      : KernelObject(ObjectKind::Process), handles(heap), heap_(heap) {}
  ~Process() = default;

  bool ending() const { return end != PROC_RUNNING; }
  // The shell and its helpers: what they need is promised to them (S1).
  bool promised() const { return privileges.has(Privilege::Promised); }
  mm::FrameClass frame_class() const { return privileges.frame_class(); }

  uint32_t pid = 0;
  ProcessName name{};
  Privileges privileges;
  Process* parent = nullptr;
  List<Process, ChildTag> children;  // zombies included
  uint32_t child_count = 0;

  List<Thread, SiblingThreadTag> threads;  // ended ones too, until joined
  uint32_t thread_count = 0;
  uint32_t live_threads = 0;

  UserMap* map = nullptr;
  mm::KernelHeap::Owned<mm::AddressSpace> space;  // null in a zombie
  HandleTable handles;

  // No lock for what follows, nor for the threads above: see system.h.
  // How it ends; set once, by the first that ends it.
  proc_end end = PROC_RUNNING;
  int32_t code = 0;
  FaultVerdict fault;
  bool zombie = false;           // nothing is left but this record
  uint64_t ended_cpu_ticks = 0;  // of the threads that have ended

 private:
  void last_reference_gone() override { heap_.destroy(this); }
  mm::KernelHeap& heap_;
};

// Time stamp counter ticks of all its threads, up to each one's last switch.
uint64_t cpu_ticks_of(const Process& process);

}  // namespace mobius::proc
