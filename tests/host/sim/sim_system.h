// SimSystem: the whole process layer on a simulated machine, wired as main.cpp wires the real one:
// proc/ with its own scheduler, loader, a volume, a terminal. What programs do is the test's
// function.
//
// The volume sleeps in each read until the machine is idle. Idle time passes in growing steps; what
// sleeps for longer than that is killed, so that every history ends.
#pragma once

#include <string_view>
#include <vector>

#include "loader/exe_loader.h"
#include "proc/processes/process_end.h"
#include "proc/processes/spawn.h"
#include "proc/processes/system.h"
#include "sim/sim_processor.h"
#include "sim/sim_user_side.h"

namespace mobius::sim {

// /boot/init.cmd, /bin/init.exe, /a.exe, /data, /folder with three files.
class SimVolume final : public proc::Volume {
 public:
  SimVolume(mm::Waiting& waiting, std::vector<uint8_t> exe) : waiting_(waiting), exe_(exe) {}
  void use(SimFrameMemory& memory) { memory_ = &memory; }

  // The interrupt that ends all reads under way; whether there were any.
  bool finish_reads();
  uint64_t reads = 0;

  std::expected<void, std::string_view> mount() override { return {}; }
  Result<proc::VolumeNode> find(std::string_view path) override;
  Result<void> read(const proc::VolumeNode& node, uint64_t offset, FrameSpan into) override;
  Result<std::optional<proc::VolumeEntry>> next_entry(const proc::VolumeNode& directory,
                                                      uint64_t& cursor) override;

 private:
  void sleep();
  mm::Waiting& waiting_;
  SimFrameMemory* memory_ = nullptr;
  const std::vector<uint8_t> exe_;
  uint32_t sleeping_ = 0;
};

// Takes some output, then none; has some input, then none.
class SimTerminal final : public proc::Terminal {
 public:
  void refill() { *this = {}; }
  Input take(std::span<char> into) override;
  const void* input_channel() override { return this; }
  size_t write_some(std::span<const char> text) override;
  const void* output_channel() override { return &room_; }
  proc::TerminalPeer peer(proc::TerminalSide) override { return proc::TerminalPeer::Person; }
  proc::TerminalMode mode() override { return mode_; }
  void set_mode(proc::TerminalMode mode) override { mode_ = mode; }

 private:
  size_t room_ = 2048, input_ = 100;
  proc::TerminalMode mode_ = proc::TerminalMode::Cooked;
};

class SimConsoleLog final : public proc::Machine {
 public:
  void log(std::string_view text) override { bytes += text.size(); }
  size_t read_log(uint64_t&, std::span<char>) override { return 0; }
  int64_t boot_time() override { return 1'000'000'000; }
  std::string_view command_line() override { return ""; }
  uint64_t bytes = 0;

 protected:
  void stop(std::string_view, proc::After) override { KASSERT(!"the machine ended"); }
};

class SimSystem {
 public:
  // Starts the machine and its init process (pid 1), which sleeps for ever and cannot be killed.
  // `exe` is the file of all programs; each of their threads runs `program`, on the conditions of
  // SimProcessor::user_code.
  SimSystem(const SimMachineConfig& config, std::vector<uint8_t> exe,
            std::function<void()> program);
  SimSystem(const SimSystem&) = delete;

  // Spawns /a.exe as an orphan with the console as its files and runs the machine until it and all
  // it gave rise to have gone (asserted: nothing stays that was not there before).
  void run_program();
  uint64_t volume_reads() const { return volume_.reads; }

  SimProcessor processor;
  proc::Scheduler scheduler;

 private:
  SimMachineConfig with_scheduler(SimMachineConfig config);
  void run_thread();
  void idle();
  void spawn_program();
  void kill_all();
  void spare_init();
  void check_nothing_stays();

  static constexpr uint32_t kInitPid = 1;
  const std::function<void()> program_;
  SimVolume volume_;
  SimTerminal terminal_;
  SimConsoleLog log_;
  uint32_t patience_ = 0;
  uint32_t frames_at_rest_ = 0;

 public:
  SimMachine machine;
  SimUserSide user{machine};

 private:
  loader::ExeLoader loader_;

 public:
  proc::System system;
};

}  // namespace mobius::sim
