// The init process: see init_process.h.
#include "proc/processes/init_process.h"

#include "base/text.h"
#include "proc/processes/spawn.h"
#include "proc/programs/boot_command.h"

namespace mobius::proc {
namespace {

constexpr uint32_t kMaxCommandBytes = 64 * 1024;

[[noreturn]] void give_up(System& system, std::string_view what, std::string_view path, int code) {
  TextBuffer<400> line;
  line.add("init: ").add(what).add(path).add("\n");
  system.machine.log(line.text());
  line.clear();
  line.add("exit ").add_decimal(code);
  system.machine.end(line.text());
}

// A file's bytes in kernel memory.
class WholeFile {
 public:
  explicit WholeFile(mm::KernelHeap& heap) : heap_(heap) {}
  WholeFile(const WholeFile&) = delete;
  ~WholeFile() { heap_.free(bytes_, capacity_); }
  std::string_view text() const { return {bytes_, size_}; }

  Result<void> read(System& system, const VolumeNode& node) {
    if (node.size_bytes > kMaxCommandBytes) return Failure(Error::LimitReached);
    if (node.size_bytes == 0) return {};
    size_ = static_cast<uint32_t>(node.size_bytes);
    const uint32_t capacity = (size_ + kPageOffsetMask) & ~kPageOffsetMask;
    bytes_ = static_cast<char*>(TRY(heap_.allocate(capacity)));
    capacity_ = capacity;
    for (uint32_t at = 0; at < capacity; at += kPageSize) {
      TRY(system.volume.read(node, at, {system.memory.memory.frame_at(bytes_ + at)}));
    }
    return {};
  }

 private:
  mm::KernelHeap& heap_;
  char* bytes_ = nullptr;
  uint32_t capacity_ = 0;
  uint32_t size_ = 0;
};

Result<void> read_boot_command(System& system, WholeFile& file) {
  auto node = system.volume.find(kBootCommandPath);
  if (!node && node.error() == Error::NotFound) return {};
  return file.read(system, TRY(std::move(node)));
}

// Unless the boot command says otherwise.
constexpr std::string_view kEnvironment[] = {"PATH=/bin", "HOME=/"};

// Whether it has a variable that begins so; `command` is a copy.
bool sets(BootCommand command, std::string_view name) {
  while (auto variable = command.next_variable()) {
    if (variable->starts_with(name)) return true;
  }
  return false;
}

Result<uint32_t> spawn_init(System& system, BootCommand command) {
  SpawnRequest request;
  request.path = command.path();
  request.privileges = command.privileges();
  mm::MemoryManager& memory = system.memory;
  request.arguments = TRY(memory.heap.create<ArgumentBlock>(memory.heap, memory.waiting));
  ArgumentBlock& block = *request.arguments;
  TRY(block.add(ArgumentBlock::Part::Argument, command.path()));
  while (auto argument = command.next_argument()) {
    TRY(block.add(ArgumentBlock::Part::Argument, *argument));
  }
  for (std::string_view variable : kEnvironment) {
    if (sets(command, variable.substr(0, variable.find('=') + 1))) continue;
    TRY(block.add(ArgumentBlock::Part::Environment, variable));
  }
  while (auto variable = command.next_variable()) {
    TRY(block.add(ArgumentBlock::Part::Environment, *variable));
  }
  const Rights rights[3] = {Rights::Read, Rights::Write, Rights::Write};
  for (size_t i = 0; i < request.files.size(); ++i) {
    request.files[i] = {Ref<KernelObject>(&system.console), rights[i]};
  }
  return spawn(system, std::move(request));
}

}  // namespace

void start_init_process(System& system) {
  if (const auto mounted = system.volume.mount(); !mounted) {
    TextBuffer<128> verdict;
    system.machine.end(
        verdict.add("panic: the boot CD cannot be read: ").add(mounted.error()).text());
  }
  WholeFile file(system.memory.heap);
  if (!read_boot_command(system, file)) {
    give_up(system, "cannot read ", kBootCommandPath, 126);
  }
  const BootCommand command(file.text());
  if (!command.valid()) give_up(system, "no program is named in ", kBootCommandPath, 126);
  // The reaper, whose thread this is, runs first when init ends: nothing can look too early.
  const auto pid = spawn_init(system, command);
  if (pid) {
    system.init_pid = *pid;
    return;
  }
  const bool missing = pid.error() == Error::NotFound || pid.error() == Error::NotADirectory;
  if (missing) give_up(system, "there is no ", command.path(), 127);
  const bool bad = pid.error() == Error::BadImage || pid.error() == Error::NotSupported;
  if (bad) give_up(system, "this system cannot run ", command.path(), 126);
  const bool long_arguments = pid.error() == Error::ArgumentsTooLong;
  if (long_arguments) give_up(system, "the arguments are too long for ", command.path(), 126);
  give_up(system, "not enough memory, or the CD cannot be read, for ", command.path(), 126);
}

}  // namespace mobius::proc
