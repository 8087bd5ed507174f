// The upper half of the composition root: see start_processes.h.
#include "start_processes.h"

#include "arch/i386/hooks.h"
#include "arch/i386/interrupts.h"
#include "arch/i386/physical_memory.h"
#include "boot_volume.h"
#include "bootinfo/boot_options.h"
#include "drivers/real_time_clock.h"
#include "loader/exe_loader.h"
#include "machine_paging.h"
#include "proc/processes/kernel_entry.h"
#include "selftest/disk_test.h"
#include "swap_device.h"
#include "syscall/dispatch.h"
#include "user_console.h"

namespace mobius {
namespace {

constexpr unsigned kKeyboardLine = 1, kCom2Line = 3, kCom1Line = 4;
constexpr unsigned kTicksPerRefresh = 5;

// An object that lives for ever: its destructor is registered nowhere.
template <typename T>
class NoDestroy {
 public:
  template <typename... Args>
  explicit NoDestroy(Args&&... args) : object_(*new (bytes_) T(std::forward<Args>(args)...)) {}
  T& operator*() { return object_; }

 private:
  alignas(T) std::byte bytes_[sizeof(T)];
  T& object_;
};

class ThisMachine final : public proc::Machine {
 public:
  ThisMachine(const MachineParts& parts, int64_t boot_time)
      : parts_(parts), boot_time_(boot_time) {}
  void log(std::string_view text) override { parts_.log.write(text); }
  size_t read_log(uint64_t& position, std::span<char> into) override {
    return parts_.log.read(position, into);
  }
  int64_t boot_time() override { return boot_time_; }
  std::string_view command_line() override { return parts_.command_line; }

 private:
  void stop(std::string_view verdict, proc::After after) override {
    parts_.log.end_machine(verdict, after);
  }
  const MachineParts parts_;
  const int64_t boot_time_;
};

// Devices that the timer drives; null until they exist.
drivers::IdeController* ticking_ide = nullptr;
UserConsole* ticking_console = nullptr;

FrameNumber frame_for_driver(const MachineParts& parts) {
  auto frame = parts.frames.allocate(mm::FrameUse::Driver, mm::Placement::Direct);
  if (!frame) parts.log.end_machine("panic: no memory for the drivers", proc::After::StayOn);
  return frame->release();
}

void hook_interrupts(UserConsole& console, drivers::IdeController& ide) {
  using arch::set_interrupt_handler;
  auto as_console = [](void* p) -> UserConsole& { return *static_cast<UserConsole*>(p); };
  static const auto to_console = as_console;
  set_interrupt_handler(kKeyboardLine, [](void* p) { to_console(p).keyboard_interrupt(); },
                        &console);
  set_interrupt_handler(kCom1Line, [](void* p) { to_console(p).serial_interrupt(); }, &console);
  set_interrupt_handler(kCom2Line, [](void* p) { to_console(p).control_interrupt(); }, &console);
  // One handler knows its line by the channel it is given.
  set_interrupt_handler(ide.irq(0), [](void* p) {
    auto& controller = *static_cast<drivers::IdeController*>(p);
    controller.on_interrupt(controller.irq(0));
  }, &ide);
  if (ide.irq(1) == ide.irq(0)) return;
  set_interrupt_handler(ide.irq(1), [](void* p) {
    auto& controller = *static_cast<drivers::IdeController*>(p);
    controller.on_interrupt(controller.irq(1));
  }, &ide);
}

proc::TerminalPeer peer_by(std::string_view command_line, std::string_view option) {
  const bool pipe = bootinfo::has_option(command_line, option);
  return pipe ? proc::TerminalPeer::Pipe : proc::TerminalPeer::Person;
}

void log_given_up(unsigned channel, unsigned drive) {
  TextBuffer<80> line;
  line.add("disk ").add_decimal(drive).add(" channel ").add_decimal(channel);
  arch::arch_hooks.log(line.add(": does not answer, given up\n").text());
}

// The firmware's tables, by the kernel's windows.
class FirmwareBytes final : public drivers::PhysicalMemoryReader {
 public:
  bool read(uint32_t from, std::span<uint8_t> into) override {
    return arch::BootBytes().read(PhysAddr{from}, std::as_writable_bytes(into)).has_value();
  }
};

void find_power_switch(const MachineParts& parts) {
  FirmwareBytes bytes;
  static drivers::PowerSwitch power(parts.port, drivers::find_acpi_power_off(bytes));
  parts.log.write(power.present() ? "power: ACPI switches it off\n" : "power: no ACPI\n");
  parts.log.use(power);
}

mm::MemoryManager& make_memory_manager(const MachineParts& parts, mm::Waiting& waiting) {
  auto zero_frame = mm::MemoryManager::make_zero_frame(parts.frames);
  if (!zero_frame) {
    parts.log.end_machine("panic: no memory for the zero frame", proc::After::StayOn);
  }
  static mm::MemoryManager manager{parts.memory, parts.frames, parts.heap, waiting, *zero_frame};
  parts.heap.serve(waiting);
  return manager;
}

}  // namespace

void on_timer_tick() {
  proc::timer_tick();
  if (ticking_ide != nullptr) ticking_ide->on_tick();
  static unsigned ticks = 0;
  if (ticking_console != nullptr && ++ticks % kTicksPerRefresh == 0) {
    ticking_console->refresh();
  }
}

void start_processes(const MachineParts& parts) {
  find_power_switch(parts);
  drivers::RegisterPort& port = parts.port;
  mm::Clock& clock = parts.processor.clock;
  static proc::Scheduler scheduler(parts.processor.cpu, parts.processor.clock);
  mm::MemoryManager& manager = make_memory_manager(parts, scheduler);
  const auto dma = bootinfo::has_option(parts.command_line, "no-dma") ? drivers::IdeDma::Avoid
                                                                   : drivers::IdeDma::Use;
  manager.pressure.use(clock);
  static drivers::IdeController ide(port, parts.memory, scheduler, clock, frame_for_driver(parts),
                                    dma);
  ide.tell_given_up(log_given_up);
  static const MachineParts kept = parts;
  static SwapDevices swap(ide, parts.memory, parts.frames, scheduler, arch::arch_hooks.log);
  static NoDestroy<MachinePaging> machine_paging(manager,
                                        bootinfo::option_value(parts.command_line, "policy="));
  static BootVolume volume(ide, parts.memory, parts.frames, scheduler, [] {
    swap.find();
    if (swap.first() != nullptr && bootinfo::has_option(kept.command_line, "disk-test")) {
      selftest::run_disk_test(*swap.first(), kept.memory, kept.frames, kept.processor.clock,
                              arch::arch_hooks.log);
    }
    (*machine_paging).start(proc::the_system(), swap.first());
  });
  static UserConsole console(scheduler, port, {parts.user_line, parts.log_line},
                             parts.screen);
  static ThisMachine machine(parts, drivers::read_real_time_clock(port));
  static NoDestroy<loader::ExeLoader> loader(manager);
  static proc::System system(
      {parts.processor, manager, scheduler, machine, volume, console, *loader});

  arch::arch_hooks.system_call = syscall::dispatch;
  hook_interrupts(console, ide);
  ticking_ide = &ide;
  ticking_console = &console;
  console.start(system, {peer_by(parts.command_line, "stdin=pipe"),
                         peer_by(parts.command_line, "stdout=pipe")});
  proc::start_system(system);
}

}  // namespace mobius
