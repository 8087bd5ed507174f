// HandleTable: the small numbers by which a process names kernel objects.
//
// A handle is the entry's index + 1, so 0 is never one. New handles are the smallest free, as POSIX
// wants of descriptors. The table grows by doubling up to kMaxHandles (requirement S1).
#pragma once

#include "base/result.h"
#include "mm/heap/kernel_heap.h"
#include "proc/handles/object.h"

namespace mobius::proc {

using Handle = uint32_t;

enum class Rights : uint8_t { Read = 1, Write = 2, ReadWrite = 3 };
constexpr bool allows(Rights have, Rights need) {
  return (static_cast<unsigned>(have) & static_cast<unsigned>(need)) == static_cast<unsigned>(need);
}

class HandleTable {
 public:
  static constexpr uint32_t kMaxHandles = 1024;

  explicit HandleTable(mm::KernelHeap& heap) : heap_(heap) {}
  HandleTable(const HandleTable&) = delete;
  ~HandleTable();

  struct Entry {
    Ref<KernelObject> object;
    Rights rights = Rights::Read;
  };

  // Fails: TooManyHandles, OutOfFrames.
  Result<Handle> add(Ref<KernelObject> object, Rights rights);
  // The entry of a handle in use; it moves when the table grows. Fails: BadHandle.
  Result<Entry*> find(Handle handle);
  // Fails: BadHandle.
  Result<void> close(Handle handle);
  void close_all();

  uint32_t open_handles() const { return open_; }

 private:
  Result<void> grow();
  mm::KernelHeap& heap_;
  // No lock for these: all threads of the process share them, and no call here waits.
  Entry* entries_ = nullptr;
  uint32_t capacity_ = 0;
  uint32_t open_ = 0;
  uint32_t first_free_ = 0;  // no free entry lies below it
};

}  // namespace mobius::proc
