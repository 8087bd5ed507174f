// ProcessTable: all processes of the machine, and how one comes and goes.
//
// A process in the table holds one reference to itself: the record stays while it runs and while it
// is a zombie; handles to it hold others.
#pragma once

#include "proc/processes/limits.h"
#include "proc/processes/process.h"

namespace mobius::proc {

class ProcessTable {
 public:
  ProcessTable(UserMaps& maps, mm::MemoryManager& memory) : maps_(maps), memory_(memory) {}

  // A process without a pid yet: undone unless it is published.
  class Unborn {
   public:
    Unborn(ProcessTable& table, Ref<Process> process)
        : table_(table), process_(std::move(process)) {}
    Unborn(Unborn&&) = default;
    ~Unborn() {
      if (process_) table_.destroy_memory(*process_);
    }
    Process& operator*() const { return *process_; }
    Process* operator->() const { return process_.get(); }

   private:
    friend ProcessTable;
    ProcessTable& table_;
    Ref<Process> process_;
  };

  // Whether one more process may be made for `parent` (limits.h). Fails: TooManyRunning.
  Result<void> check_room(const Process* parent, Privileges privileges) const;
  // An empty process for `parent` (null: none). Fails: TooManyRunning, OutOfFrames.
  Result<Unborn> create(Process* parent, Privileges privileges);
  // Gives it a pid and its place among its parent's children. Cannot fail.
  Process& publish(Unborn unborn, Process* parent);

  // Frees the address space. Requires: its regions are no running thread's; asserts nothing else.
  void destroy_memory(Process& process);
  // The child's parent is gone or ends: no process will wait for the child's end any more.
  void orphan(Process& child);
  // Takes a zombie's record away. Requires: process.zombie.
  void remove(Process& zombie);

  // Null if there is none.
  Process* find(uint32_t pid) const;
  // The process with the smallest pid above `pid`; null at the end.
  Process* next_after(uint32_t pid) const;

 private:
  UserMaps& maps_;
  mm::MemoryManager& memory_;
  // No lock for these: a process comes and goes where no thread switches (system.h).
  List<Process, AllProcessesTag> all_;  // pids ascend
  uint32_t count_ = 0;
  uint32_t next_pid_ = 1;
};

}  // namespace mobius::proc
