// Fuzz target: bytes as a program that makes system calls with hostile arguments, on a simulated
// machine with the real dispatch, process layer and memory manager (sim/sim_system.h).
//
// The threads and children that it starts go on reading the same bytes. A byte chooses a call of
// abi/syscalls.def, or a load, a store, a timer tick, a call with a wild number, argument block or
// count; each argument is a byte that chooses among small numbers, borders of the address space,
// earlier results, addresses of every kind. What must hold: the kernel's assertions, failures that
// return 0 and an errno, results in the user range, check_machine(), and when all has ended every
// frame and kernel stack back.
#include <cstring>

#include "abi/errno_values.h"
#include "mm/invariants.h"
#include "sim/sim_system.h"
#include "syscall/dispatch.h"
#include "unit/pe_writer.h"

// Fibers that end without unwinding leave frames on their fake stacks.
extern "C" const char* __asan_default_options() { return "detect_stack_use_after_return=0"; }

namespace mobius {
namespace {

constexpr size_t kMaxInputBytes = 128;
constexpr unsigned kMaxSteps = 24;
constexpr unsigned kCheckEvery = 16;  // inputs: check_machine() walks everything

enum class Gives { POINTER, BOOL, COUNT, HANDLE, NORETURN };
struct Call {
  uint32_t number, bytes;
  Gives gives;
};
constexpr Call kCalls[] = {
#define SYSCALL(number, name, bytes, result) {number, bytes, Gives::result},
#include "abi/syscalls.def"
#undef SYSCALL
};
constexpr uint32_t kCallCount = std::size(kCalls);
// It would end the simulated machine.
constexpr uint32_t kSysShutdown = 0x103;
// Measurements of many thousand steps: only by wild number, so seldom.
constexpr uint32_t kSysBench = 0x104;
constexpr uint32_t kSysCheckMachine = 0x102;

// Of test::usual(): code, read-only data, data, bss; the argument block is in bss.
constexpr uint32_t kText = 0x401000, kReadOnly = 0x403000, kData = 0x404000, kBss = 0x408000;
constexpr uint32_t kArguments = kBss + 0x4F00;
constexpr uint32_t kPlayground = 0x10000000;
constexpr uint32_t kBorders[] = {
    0xFFFFFFFF, 0xFFFFF000, 0xFFFFFFF8, 0x80000000, 0x7FFFFFFF, 0x7FFFFFFC, 0x7FFFF000, 0x80000001,
    0xC0000000, 0xE0000000, 0x1000,     0xFFF,      0x1001,     0x7FFFF,    0x80000,    0xFFFFF,
    0x400000,   kText,      kReadOnly,  kBss,       kBss - 2,   kBss - 4,   0x40CFFE,   0x40CFFF,
    0x40D000,   kArguments, 0x10000,    0x7FE00000, 0x40000,    0x2000};

// The bytes of the input, handed out to whoever asks; zeros after their end.
struct Input {
  const uint8_t* at = nullptr;
  const uint8_t* end = nullptr;
  unsigned steps = 0;
  uint32_t results[8] = {};  // those that were not 0
  unsigned kept = 0;

  bool over() const { return at == end || steps >= kMaxSteps; }
  uint8_t byte() { return at == end ? 0 : *at++; }
  uint32_t word() {
    const uint32_t low = byte(), second = byte(), third = byte();
    return low | second << 8 | third << 16 | uint32_t{byte()} << 24;
  }
  void keep(uint32_t result) {
    if (result != 0) results[kept++ % std::size(results)] = result;
  }
  // The latest one (0), or the one before it...
  uint32_t result(unsigned back) const { return results[(kept - 1 - back) % std::size(results)]; }
};

void put(std::vector<uint8_t>& file, uint32_t address, const void* bytes, size_t count) {
  std::memcpy(file.data() + 0x2000 + (address - kData), bytes, count);
}

// The program's file: in its data there are paths, and what ProcSpawn wants.
std::vector<uint8_t> program_file() {
  std::vector<uint8_t> file = test::usual().file();
  std::memset(file.data() + 0x2000, 0, 0x200);
  const char* const paths[] = {"/a.exe", "/data", "/folder", "/nope", "a.exe", "//a.exe/", "/", ""};
  for (uint32_t i = 0; i < std::size(paths); ++i) {
    put(file, kData + 16 * i, paths[i], std::strlen(paths[i]));
  }
  const uint32_t words[] = {kData, kData + 16, 0, 0};  // argv
  put(file, kData + 0x80, words, sizeof words);
  const uint32_t spawns[][8] = {{kData, kData + 0x80, kData + 0x88},
                                {kData, kData + 0x80, kData + 0x80, 1, 1, 2, 3},
                                {kData + 16, kData + 0x88, kData + 0x88},
                                {kData, kData + 0x80, kData + 0x88, PROC_SAME_PRIVILEGES, 0, 4, 9}};
  put(file, kData + 0xA0, spawns, sizeof spawns);
  return file;
}

class Program {
 public:
  Program() : system_({.frames = 512, .reserved_frames = 64}, program_file(), [this] { run(); }) {}

  void play(std::span<const uint8_t> bytes) {
    input_ = {.at = bytes.data(), .end = bytes.data() + bytes.size()};
    system_.run_program();
    if (checked()) mm::check_machine(system_.machine.manager);
    ++inputs_;
  }

 private:
  bool checked() const { return inputs_ % kCheckEvery == 0; }

  // What each thread does in user mode.
  void run() {
    for (;;) {
      system_.user.return_to_user();
      if (input_.over()) break;
      ++input_.steps;
      step();
    }
    if (checked()) mm::check_machine(system_.machine.manager);
    proc::exit_process(system_.system, 0);
  }

  void step() {
    const uint32_t choice = input_.byte();
    if (choice < kCallCount) return call_with_arguments(kCalls[choice]);
    switch (choice % 6) {
      case 0: input_.keep(system_.user.load(VirtAddr{value()})); return;
      case 1: {
        const VirtAddr to{value()};
        return system_.user.store(to, input_.byte());
      }
      case 2: system_.processor.advance(10'000'000); return proc::timer_tick();
      case 3: return call_wildly();
      case 4: return call(kCalls[input_.byte() % kCallCount], value());
      default: return call_with_arguments(kCalls[choice % kCallCount]);
    }
  }

  uint32_t value() {
    const uint32_t choice = input_.byte();
    const uint32_t detail = choice & 31;
    constexpr uint32_t kNear[] = {0, 1, 0xFFF, 0xFFFFFFFF};
    switch (choice >> 5) {
      case 0: return detail;
      case 1:
        if (detail == 31) return system_.system.process().pid;
        return detail == 30 ? system_.system.thread().id : kBorders[detail];
      case 2: return input_.result(detail >> 2) + kNear[detail & 3];
      case 3: return kData + 16 * detail;
      case 4: return kPlayground + (detail >> 2 << 12) + kNear[detail & 3];
      case 5: return detail << (input_.byte() % 28);
      case 6: return input_.result(0) + (detail < 16 ? 0 : (detail - 16) * kPageSize);
      default: return input_.word();
    }
  }

  void call_with_arguments(const Call& which) {
    if (which.number == kSysBench || (which.number == kSysCheckMachine && !checked())) return;
    for (uint32_t at = 0; at < which.bytes; at += 4) {
      const uint32_t word = value();
      for (uint32_t i = 0; i < 4; ++i) {
        system_.user.store(VirtAddr{kArguments + at + i},
                                static_cast<uint8_t>(word >> 8 * i));
      }
    }
    call(which, kArguments);
  }

  void call(const Call& which, uint32_t arguments) {
    if (which.number == kSysShutdown) return;
    const auto result = syscall::dispatch(which.number, VirtAddr{arguments}, which.bytes);
    check(result);
    if (result.error == 0 && which.gives == Gives::POINTER) {
      KASSERT(kUserRange.contains(VirtAddr{result.value}) && result.value % kPageSize == 0);
    }
    KASSERT(result.error != 0 || which.gives != Gives::BOOL || result.value == 1);
    input_.keep(result.value);
  }

  void call_wildly() {
    const uint32_t low = input_.byte();
    const uint32_t number = low | uint32_t{input_.byte()} << 8;
    const uint32_t arguments = value();
    const uint32_t bytes = value();
    if (number == kSysShutdown) return;
    const Call* known = nullptr;
    for (const Call& c : kCalls) known = c.number == number ? &c : known;
    const auto result = syscall::dispatch(number, VirtAddr{arguments}, bytes);
    check(result);
    if (known == nullptr) KASSERT(result.error == ABI_ENOSYS);
    if (known != nullptr && known->bytes != bytes) KASSERT(result.error == ABI_EINVAL);
  }

  void check(const proc::CallResult& result) {
    KASSERT(result.error == 0 || result.value == 0);
    KASSERT(result.error < 256);
  }

  Input input_;
  uint64_t inputs_ = 0;
  sim::SimSystem system_;
};

}  // namespace
}  // namespace mobius

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto* const program = new mobius::Program;
  program->play({data, std::min(size, mobius::kMaxInputBytes)});
  return 0;
}
