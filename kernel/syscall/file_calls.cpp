// File..., Dir..., Console...: files of the volume and the console. HndClose closes any handle.
#include <algorithm>

#include "proc/programs/user_copies.h"
#include "syscall/calls.h"

namespace mobius::syscall::calls {
namespace {

using proc::File;
using proc::FileKind;
using proc::Ref;
using proc::Rights;

constexpr size_t kMaxPathBytes = 1024;
constexpr uint32_t kWriteStep = 512;

static_assert(sizeof(file_info) == 32 && sizeof(dir_entry) == 272);
static_assert(FILE_REGULAR == static_cast<int>(FileKind::Regular) &&
              FILE_DIRECTORY == static_cast<int>(FileKind::Directory) &&
              FILE_CONSOLE == static_cast<int>(FileKind::Console));
static_assert(FILE_PEER_PERSON == static_cast<int>(proc::TerminalPeer::Person) &&
              FILE_PEER_PIPE == static_cast<int>(proc::TerminalPeer::Pipe));
static_assert(FILE_READ == static_cast<int>(Rights::Read) &&
              FILE_WRITE == static_cast<int>(Rights::Write));

// The reference keeps the file while the call sleeps, whatever becomes of the handle.
Result<Ref<File>> find_file(proc::System& system, proc::Handle handle, Rights need) {
  proc::HandleTable::Entry* entry = TRY(system.process().handles.find(handle));
  if (entry->object->kind() != proc::ObjectKind::File || !proc::allows(entry->rights, need)) {
    return Failure(Error::BadHandle);
  }
  return Ref<File>(static_cast<File*>(entry->object.get()));
}

// Whatever its rights: to ask about it, or to set the console's mode.
Result<Ref<File>> find_any_file(proc::System& system, proc::Handle handle) {
  auto file = find_file(system, handle, Rights::Read);
  return file ? std::move(file) : find_file(system, handle, Rights::Write);
}

// Whether the process is the foreground one, or descends from it.
bool in_foreground(proc::System& system, const proc::Process& process) {
  const proc::Process* at = &process;
  while (at != nullptr && at->pid != system.foreground_pid) at = at->parent;
  return at != nullptr;
}

// A handle of the console is of its input or of its output, by its rights.
uint32_t peer_of(proc::System& system, proc::Handle console) {
  const bool reads = find_file(system, console, Rights::Read).has_value();
  return static_cast<uint32_t>(
      system.terminal.peer(reads ? proc::TerminalSide::Input : proc::TerminalSide::Output));
}

}  // namespace

Result<uint32_t> FileOpen(proc::System& system, Words a) {
  const uint32_t rights = a[1];
  if (rights == 0 || (rights & ~static_cast<uint32_t>(FILE_READ | FILE_WRITE)) != 0) {
    return Failure(Error::BadArgument);
  }
  mm::KernelHeap& heap = system.memory.heap;
  auto path = TRY(heap.create<std::array<char, kMaxPathBytes>>());
  const uint32_t length = TRY(proc::copy_string_in(system.user, VirtAddr{a[0]}, *path));
  const auto node = TRY(system.volume.find({path->data(), length}));
  if ((rights & FILE_WRITE) != 0) {
    const bool directory = node.kind == proc::NodeKind::Directory;
    return Failure(directory ? Error::IsADirectory : Error::ReadOnly);
  }
  auto file = TRY(heap.create<proc::VolumeFile>(heap, system.volume, node));
  return system.process().handles.add(Ref<proc::KernelObject>(file.release()), Rights::Read);
}

Result<uint32_t> FileRead(proc::System& system, Words a) {
  const auto file = TRY(find_file(system, a[0], Rights::Read));
  const VirtAddr to{a[1]};
  const uint32_t bytes = a[2];
  const bool all = file->info().kind == FileKind::Regular;
  auto frame = TRY(system.memory.frames.allocate(
      mm::FrameUse::Driver, mm::Placement::Direct, mm::Fill::None,
      system.scheduler.promoted(mm::FrameClass::Normal)));
  const std::byte* bounce = system.memory.memory.direct(frame.number());
  uint32_t done = 0;
  while (done < bytes) {
    const uint32_t step = std::min(bytes - done, kPageSize);
    const auto got = file->read({frame.number(), 0, step});
    if (!got && done > 0) break;  // what was read counts; the next call says what is wrong
    if (TRY(got) == 0) break;
    const auto copied = system.user.write(to + done, bounce, *got);
    if (!copied && done > 0) break;
    TRY(copied);
    done += *got;
    if (!all) break;
    system.scheduler.let_others_run();
    if (system.thread().doomed) return Failure(Error::Interrupted);
  }
  return done;
}

Result<uint32_t> FileWrite(proc::System& system, Words a) {
  const auto file = TRY(find_file(system, a[0], Rights::Write));
  const VirtAddr from{a[1]};
  const uint32_t bytes = a[2];
  char text[kWriteStep];
  uint32_t done = 0;
  while (done < bytes) {
    const uint32_t step = std::min(bytes - done, kWriteStep);
    const auto copied = system.user.read(text, from + done, step);
    if (!copied && done > 0) break;
    TRY(copied);
    TRY(file->write({text, step}));
    done += step;
    if (done < bytes) system.scheduler.let_others_run();
    if (system.thread().doomed) return Failure(Error::Interrupted);
  }
  return done;
}

Result<uint32_t> FileSeek(proc::System& system, Words a) {
  const auto file = TRY(find_any_file(system, a[0]));
  if (a[3] > static_cast<uint32_t>(proc::Whence::End)) return Failure(Error::BadArgument);
  const auto whence = static_cast<proc::Whence>(a[3]);
  const uint64_t position = TRY(file->seek(static_cast<int64_t>(wide(a + 1)), whence));
  if (a[4] != 0) TRY(proc::copy_out(system.user, VirtAddr{a[4]}, position));
  return kTrue;
}

Result<uint32_t> FileStat(proc::System& system, Words a) {
  const auto file = TRY(find_any_file(system, a[0]));
  const proc::FileInfo info = file->info();
  const auto kind = static_cast<uint32_t>(info.kind);
  uint32_t peer = FILE_PEER_NONE;
  if (info.kind == FileKind::Console) peer = peer_of(system, a[0]);
  const file_info out{info.size_bytes, info.id, info.mtime, kind, peer};
  TRY(proc::copy_out(system.user, VirtAddr{a[1]}, out));
  return kTrue;
}

Result<uint32_t> DirRead(proc::System& system, Words a) {
  const auto directory = TRY(find_file(system, a[0], Rights::Read));
  const VirtAddr to{a[1]};
  uint32_t filled = 0;
  while (filled < a[2] && !system.thread().doomed) {
    const auto entry = TRY(directory->next_entry());
    if (!entry) break;
    const bool is_directory = entry->node.kind == proc::NodeKind::Directory;
    dir_entry out{entry->node.size_bytes,
                  static_cast<uint32_t>(is_directory ? FILE_DIRECTORY : FILE_REGULAR), 0, {}};
    std::copy_n(entry->name, entry->name_bytes, out.name);
    const auto copied = proc::copy_out(system.user, to + filled * sizeof out, out);
    if (!copied) directory->unread_entry();
    if (!copied && filled > 0) break;
    TRY(copied);
    ++filled;
    system.scheduler.let_others_run();
  }
  return filled;
}

Result<uint32_t> ConsoleMode(proc::System& system, Words a) {
  const auto file = TRY(find_any_file(system, a[0]));
  if (file->info().kind != FileKind::Console) return Failure(Error::BadHandle);
  if (a[1] != CONSOLE_COOKED && a[1] != CONSOLE_RAW) return Failure(Error::BadArgument);
  if (!in_foreground(system, system.process())) TRY(need(system, proc::Privilege::Console));
  const bool was_raw = system.terminal.mode() == proc::TerminalMode::Raw;
  const uint32_t previous = was_raw ? CONSOLE_RAW : CONSOLE_COOKED;
  if (a[2] != 0) TRY(proc::copy_out(system.user, VirtAddr{a[2]}, previous));
  system.terminal.set_mode(a[1] == CONSOLE_RAW ? proc::TerminalMode::Raw
                                               : proc::TerminalMode::Cooked);
  return kTrue;
}

Result<uint32_t> ConsoleForeground(proc::System& system, Words a) {
  TRY(need(system, proc::Privilege::Console));
  const proc::Process* process = system.processes.find(a[0]);
  if (a[0] != 0 && (process == nullptr || process->zombie)) return Failure(Error::NoSuchProcess);
  system.foreground_pid = a[0];
  return kTrue;
}

Result<uint32_t> HndClose(proc::System& system, Words a) {
  TRY(system.process().handles.close(a[0]));
  return kTrue;
}

}  // namespace mobius::syscall::calls
