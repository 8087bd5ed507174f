// File: what a file handle names: the console, or a file or directory of the volume.
#pragma once

#include <optional>
#include <span>

#include "mm/heap/kernel_heap.h"
#include "proc/handles/object.h"
#include "proc/ports/terminal.h"
#include "proc/ports/volume.h"
#include "proc/threads/scheduler.h"

namespace mobius::proc {

enum class FileKind : uint8_t { Regular = 1, Directory = 2, Console = 3 };
enum class Whence : uint8_t { Begin = 0, Current = 1, End = 2 };

struct FileInfo {
  FileKind kind;
  uint64_t size_bytes = 0;
  uint64_t id = 0;
  int64_t mtime = 0;
};

// What a kind of file cannot do fails with BadArgument, IsADirectory or NotADirectory.
class File : public KernelObject {
 public:
  File() : KernelObject(ObjectKind::File) {}

  // Up to into.bytes bytes from where the file was left, into a frame of the direct map; 0 at its
  // end, and fewer than asked for wherever that suits the file. Sleeps. Locks: none held.
  // Fails: IoError, OutOfFrames, Interrupted.
  virtual Result<uint32_t> read(FrameSpan into) = 0;
  virtual Result<void> write(std::span<const char> text) = 0;
  virtual Result<uint64_t> seek(int64_t offset, Whence whence) = 0;  // the new position
  virtual FileInfo info() const = 0;
  // The directory's next entry; nothing at its end.
  virtual Result<std::optional<VolumeEntry>> next_entry() = 0;
  // Moves a directory back over the entry that next_entry gave last.
  virtual void unread_entry() {}

 protected:
  ~File() = default;
};

// The console. One object for all processes.
class ConsoleFile final : public File {
 public:
  ConsoleFile(Terminal& terminal, Scheduler& scheduler, mm::FrameMemory& memory)
      : terminal_(terminal), scheduler_(scheduler), memory_(memory) {
    add_reference();
  }

  Result<uint32_t> read(FrameSpan into) override;
  Result<void> write(std::span<const char> text) override;
  Result<uint64_t> seek(int64_t, Whence) override { return Failure(Error::BadArgument); }
  FileInfo info() const override { return {.kind = FileKind::Console}; }
  Result<std::optional<VolumeEntry>> next_entry() override {
    return Failure(Error::NotADirectory);
  }

 private:
  Result<void> wait(const void* channel);  // Fails: Interrupted
  void last_reference_gone() override { KASSERT(!"the console's own reference is never dropped"); }
  Terminal& terminal_;
  Scheduler& scheduler_;
  mm::FrameMemory& memory_;
};

// A file or directory of the volume, opened once: it has one position.
class VolumeFile final : public File {
 public:
  VolumeFile(mm::KernelHeap& heap, Volume& volume, const VolumeNode& node)
      : heap_(heap), volume_(volume), node_(node) {}

  Result<uint32_t> read(FrameSpan into) override;
  Result<void> write(std::span<const char>) override { return Failure(Error::ReadOnly); }
  Result<uint64_t> seek(int64_t offset, Whence whence) override;
  FileInfo info() const override;
  Result<std::optional<VolumeEntry>> next_entry() override;
  void unread_entry() override { position_ = previous_; }

 private:
  void last_reference_gone() override { heap_.destroy(this); }
  mm::KernelHeap& heap_;
  Volume& volume_;
  const VolumeNode node_;
  // No lock: a read has moved the position before it sleeps. Two threads that ask for entries at
  // once may both get the same one.
  uint64_t position_ = 0;  // bytes; of a directory the volume's cursor
  uint64_t previous_ = 0;
};

}  // namespace mobius::proc
