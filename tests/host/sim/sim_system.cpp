// The process layer on a simulated machine (sim_system.h).
#include "sim/sim_system.h"

#include <algorithm>
#include <cstring>

#include "mm/invariants.h"
#include "proc/processes/kernel_entry.h"
#include "proc/programs/boot_command.h"

namespace mobius::sim {

namespace {

constexpr uint64_t kTickNs = 10'000'000;
constexpr uint32_t kPatience = 8;  // idle steps, each twice as long as the one before

enum Node : uint64_t { kCommand = 1, kInit, kExe, kData, kFolder };
struct Known {
  std::string_view path;
  Node node;
};
constexpr Known kKnown[] = {{proc::kBootCommandPath, kCommand}, {"/bin/init.exe", kInit},
                            {"/a.exe", kExe}, {"/data", kData}, {"/folder", kFolder}};
constexpr std::string_view kCommandText = "program\n/bin/init.exe\n";
constexpr uint64_t kDataBytes = 5 * kPageSize + 77;
constexpr uint64_t kFolderEntries = 3;

}  // namespace

void SimVolume::sleep() {
  ++reads;
  ++sleeping_;
  waiting_.wait_unguarded(this);
}

bool SimVolume::finish_reads() {
  if (sleeping_ == 0) return false;
  sleeping_ = 0;
  waiting_.wake(this);
  return true;
}

Result<proc::VolumeNode> SimVolume::find(std::string_view path) {
  sleep();
  const auto known = std::ranges::find(kKnown, path, &Known::path);
  if (known == std::end(kKnown)) return Failure(Error::NotFound);
  proc::VolumeNode node{.id = known->node};
  switch (known->node) {
    case kCommand: node.size_bytes = kCommandText.size(); break;
    case kInit:
    case kExe: node.size_bytes = exe_.size(); break;
    case kData: node.size_bytes = kDataBytes; break;
    case kFolder: node.kind = proc::NodeKind::Directory; break;
  }
  return node;
}

Result<void> SimVolume::read(const proc::VolumeNode& node, uint64_t offset, FrameSpan into) {
  sleep();
  std::span<const uint8_t> bytes;
  if (node.id == kCommand) {
    bytes = {reinterpret_cast<const uint8_t*>(kCommandText.data()), kCommandText.size()};
  } else if (node.id == kInit || node.id == kExe) {
    bytes = exe_;
  }
  const size_t at = static_cast<size_t>(std::min<uint64_t>(offset, bytes.size()));
  const size_t n = std::min<size_t>(into.bytes, bytes.size() - at);
  std::byte* const to = memory_->hardware(into.frame) + into.offset;
  if (n != 0) std::memcpy(to, bytes.data() + at, n);
  std::memset(to + n, 0, into.bytes - n);
  return {};
}

Result<std::optional<proc::VolumeEntry>> SimVolume::next_entry(const proc::VolumeNode&,
                                                              uint64_t& cursor) {
  sleep();
  if (cursor >= kFolderEntries) return std::nullopt;
  ++cursor;
  proc::VolumeEntry entry{.node = {.id = 100 + cursor, .size_bytes = cursor}, .name_bytes = 1,
                          .name = {'n'}};
  return entry;
}

proc::Terminal::Input SimTerminal::take(std::span<char> into) {
  const size_t n = std::min(into.size(), input_);
  std::fill_n(into.data(), n, 'i');
  input_ -= n;
  return {n, false};
}

size_t SimTerminal::write_some(std::span<const char> text) {
  const size_t n = std::min(text.size(), room_);
  room_ -= n;
  return n;
}

SimMachineConfig SimSystem::with_scheduler(SimMachineConfig config) {
  config.waiting = &scheduler;
  return config;
}

SimSystem::SimSystem(const SimMachineConfig& config, std::vector<uint8_t> exe,
                     std::function<void()> program)
    : scheduler(processor, processor),  // not touched before start()
      program_(std::move(program)),
      volume_(scheduler, std::move(exe)),
      machine(with_scheduler(config)),
      loader_(machine.manager),
      system({{processor, processor, user, user, processor}, machine.manager, scheduler, log_,
              volume_, terminal_, loader_}) {
  processor.use(machine);
  volume_.use(machine.memory);
  processor.idle = [this] { idle(); };
  processor.user_code = [this](VirtAddr, VirtAddr) { run_thread(); };
  processor.start([this] { proc::start_system(system); });
  machine.heap.trim();
  frames_at_rest_ = machine.frames.counts().free();
}

void SimSystem::run_thread() {
  while (system.process().pid == kInitPid) scheduler.wait_unguarded(this);
  program_();
}

// The boot thread's idle wait.
void SimSystem::idle() {
  if (volume_.finish_reads()) return;
  if (system.processes.next_after(kInitPid) == nullptr) {
    processor.stop();  // back into the test; its next program begins here
    return spawn_program();
  }
  KASSERT(patience_ <= kPatience);  // killed, and still there
  processor.advance(kTickNs << patience_);
  proc::timer_tick();
  if (++patience_ == kPatience) kill_all();
}

void SimSystem::kill_all() {
  for (auto* p = system.processes.next_after(kInitPid); p != nullptr;
       p = system.processes.next_after(p->pid)) {
    if (!p->zombie) (void)proc::kill_process(system, p->pid);
  }
}

void SimSystem::spawn_program() {
  proc::SpawnRequest request;
  request.path = "/a.exe";
  request.privileges = proc::Privileges::all();
  auto arguments = machine.heap.create<proc::ArgumentBlock>(machine.heap, machine.manager.waiting);
  KASSERT(arguments.has_value());
  request.arguments = std::move(*arguments);
  const proc::Rights rights[3] = {proc::Rights::Read, proc::Rights::Write, proc::Rights::Write};
  for (size_t i = 0; i < request.files.size(); ++i) {
    request.files[i] = {proc::Ref<proc::KernelObject>(&system.console), rights[i]};
  }
  const auto pid = proc::spawn(system, std::move(request));
  KASSERT(pid.has_value());
}

// Whatever was done to init is undone: the next program finds the same machine.
void SimSystem::spare_init() {
  proc::Process& init = *system.processes.find(kInitPid);
  init.end = PROC_RUNNING;
  init.code = 0;
  for (proc::Thread& thread : init.threads) thread.doomed = false;
  system.foreground_pid = 0;
  terminal_.refill();
}

void SimSystem::run_program() {
  patience_ = 0;
  processor.start({});
  spare_init();
  check_nothing_stays();
}

void SimSystem::check_nothing_stays() {
  KASSERT(system.processes.next_after(kInitPid) == nullptr);
  KASSERT(processor.stacks_in_use() == 2);  // the reaper's, init's
  machine.heap.trim();
  KASSERT(machine.frames.counts().free() == frames_at_rest_);
}

}  // namespace mobius::sim
