// The composition root: the only file that names every concrete type.
//
// Boot, in order: log, descriptors, what the processor has, what the boot loader says, the kernel's
// half of the address space, frames, heap, timer and processor, then the process layer.
#include <algorithm>

#include "arch/i386/cpu.h"
#include "arch/i386/descriptors.h"
#include "arch/i386/forced_panic.h"
#include "arch/i386/hooks.h"
#include "arch/i386/interrupts.h"
#include "arch/i386/kernel_directory.h"
#include "arch/i386/memory_layout.h"
#include "arch/i386/page_directories.h"
#include "arch/i386/panic.h"
#include "arch/i386/physical_memory.h"
#include "arch/i386/registers.h"
#include "arch/i386/timer.h"
#include "arch/i386/tlb.h"
#include "arch/i386/user_copy.h"
#include "arch/i386/x86_port.h"
#include "base/text.h"
#include "bootinfo/boot_options.h"
#include "bootinfo/memory_map.h"
#include "bootinfo/multiboot_info.h"
#include "drivers/serial.h"
#include "kernel_log.h"
#include "mm/objects/memory_manager.h"
#include "start_processes.h"

extern "C" {
using Constructor = void (*)();
extern const Constructor constructors_begin[], constructors_end[];
}

namespace mobius {

namespace {

using Line = TextBuffer<160>;

arch::X86Port port;
drivers::Serial com1(port, drivers::kCom1);
drivers::Serial com2(port, drivers::kCom2);

constexpr uint32_t kTextScreen = arch::kKernelBase + 0xB8000;
drivers::VgaText screen(drivers::VgaText::Cells(reinterpret_cast<volatile uint16_t*>(kTextScreen),
                                                drivers::VgaText::Cells::extent), port);
KernelLog kernel_log(com2, com1, screen);

void log(std::string_view text) { kernel_log.write(text); }

// A failure at boot ends it: a panic that says `what`.
template <typename T>
T or_panic(Result<T> result, std::string_view what) {
  if (!result) arch::panic(what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

void start_log() {
  for (auto constructor = constructors_begin; constructor != constructors_end; ++constructor)
    (*constructor)();
  // The runner takes the log's first byte for a sign that it may send on both lines.
  com1.initialize();
  com2.initialize();
  arch::arch_hooks.log = log;
  arch::arch_hooks.stop = [] { kernel_log.stop_machine(); };
}

void log_features(const arch::CpuFeatures& f) {
  static constexpr std::string_view kFpu[] = {"", " fxsr", " fxsr-less-pointers"};
  log(Line().add("processor:").add(f.pse ? " pse" : "").add(f.pge ? " pge" : "")
          .add(f.tsc ? " tsc" : "").add(f.sep ? " sysenter" : "")
          .add(kFpu[static_cast<unsigned>(f.fpu)]).add(f.sse ? " sse" : "").add("\n").text());
}

bootinfo::BootInfo boot;

// An option that cannot be meant ends the machine, so that nothing is measured by mistake.
void check_options(std::string_view command_line) {
  const auto bad = bootinfo::find_bad_option(command_line);
  if (!bad) return;
  TextBuffer<400> verdict;
  verdict.add("setup: ");
  bootinfo::explain(*bad, verdict);
  log(verdict.text());
  log("\nThe kernel's options are:\n");
  for (const bootinfo::BootOption& option : bootinfo::boot_options()) {
    Line line;
    line.add("  ").add(option.name).add(option.values).add(": ").add(option.help).add("\n");
    log(line.text());
  }
  kernel_log.end_machine(verdict.text(), proc::After::StayOn);
}

// RAM that is free to use: what the boot loader says there is, less its own structures and us.
bootinfo::UsableFrames find_ram(uint32_t magic, uint32_t info) {
  if (magic != bootinfo::kMultibootMagic) arch::panic("not started by a Multiboot boot loader");
  or_panic(bootinfo::read_multiboot(arch::BootBytes(), PhysAddr{info}, boot),
           "the boot loader's information cannot be used");
  static bootinfo::PhysRange taken[std::tuple_size_v<decltype(boot.taken)> + 1];
  auto end = std::copy(boot.reserved().begin(), boot.reserved().end(), taken);
  auto address = [](const char* p) {
    return PhysAddr{arch::physical(reinterpret_cast<uint32_t>(p))};
  };
  *end++ = {address(kernel_image_begin), address(kernel_image_end)};
  return or_panic(bootinfo::usable_frames(boot.map(), {taken, end}), "no usable memory");
}

void log_memory(const mm::FrameAllocator& frames, arch::KernelHalf half) {
  uint32_t image = static_cast<uint32_t>(kernel_image_end - kernel_image_begin);
  log(Line().add("memory: ").add_decimal(frames.counts().total() * 4).add(" KiB, free ")
          .add_decimal(frames.counts().free() * 4).add(" KiB, kernel image ")
          .add_decimal(image / 1024).add(" KiB, direct map to ")
          .add_hex(half.direct_end.value << kPageShift).add("\n").text());
}

}  // namespace

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t info) {
  start_log();
  arch::load_descriptors();
  arch::initialize_windows();
  arch::initialize_interrupts();
  const arch::CpuFeatures features = arch::CpuFeatures::detect();
  features.enable();
  log("Mobius\n");
  log_features(features);

  static bootinfo::UsableFrames usable = find_ram(magic, info);
  static std::array<FrameRange, bootinfo::UsableFrames::kCapacity> ranges;
  auto last = std::copy(usable.ranges().begin(), usable.ranges().end(), ranges.begin());
  const auto half =
      or_panic(arch::build_kernel_half(features, {ranges.begin(), last}), "no memory to start in");
  last = std::remove_if(ranges.begin(), last, [](FrameRange r) { return r.begin == r.end; });

  static arch::PhysicalMemory memory(half.direct_end, features);
  static mm::FrameAllocator frames(memory);
  or_panic(frames.initialize({ranges.begin(), last}), "no memory to start in");
  static mm::KernelHeap heap(frames, memory);
  static arch::ProcessorTlb tlb;
  static arch::KernelStacks stacks(frames, half.kernel_stacks);
  static arch::Timer timer(features, on_timer_tick);
  static arch::I386Cpu cpu(features, heap, stacks);
  static arch::PageDirectories directories({memory, frames, tlb}, heap);
  static arch::UserCopy user;
  log_memory(frames, half);
  check_options(boot.command_line());
  const std::string_view panic = bootinfo::option_value(boot.command_line(), "force-panic=");
  if (!panic.empty()) arch::force_panic(panic);

  screen.refresh();
  start_processes({memory, frames, heap, {cpu, cpu, directories, user, timer}, com1, com2, port,
                   screen, kernel_log, boot.command_line()});
}

}  // namespace mobius
