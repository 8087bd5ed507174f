// Privileges: what a process may do to the machine as a whole, beyond itself and its children.
//
// The init process gets those of the boot command; each other process those that its parent names,
// all of which the parent must have. They never grow. A call that needs one fails without it with
// NotPermitted.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

#include "abi/mobius.h"
#include "mm/words/frame_request.h"

namespace mobius::proc {

enum class Privilege : uint32_t {
  Promised = PROC_PROMISED,         // use the memory and the processes set aside
  Swap = PROC_MAY_SWAP,             // take the swap disk off, and on
  Bench = PROC_MAY_BENCH,           // measure inside the kernel, everybody else standing still
  Shutdown = PROC_MAY_SHUT_DOWN,    // end the machine
  Check = PROC_MAY_CHECK,           // walk the kernel's books, everybody else standing still
  Kill = PROC_MAY_KILL,             // end any process
  Console = PROC_MAY_TAKE_CONSOLE,  // say whom Ctrl-C ends, set the console's mode at any time
};

class Privileges {
 public:
  constexpr Privileges() = default;
  constexpr Privileges(Privilege one) : bits_(static_cast<uint32_t>(one)) {}
  static constexpr Privileges all() { return Privileges(kAll); }
  // Nothing where a bit means nothing.
  static constexpr std::optional<Privileges> of_bits(uint32_t bits) {
    if ((bits & ~kAll) != 0) return std::nullopt;
    return Privileges(bits);
  }
  // Of its name in the boot command: swap, bench, shutdown, check, kill.
  static std::optional<Privilege> find(std::string_view name);

  constexpr uint32_t bits() const { return bits_; }
  constexpr bool has(Privilege one) const { return (bits_ & static_cast<uint32_t>(one)) != 0; }
  constexpr mm::FrameClass frame_class() const {
    return has(Privilege::Promised) ? mm::FrameClass::Promised : mm::FrameClass::Normal;
  }
  constexpr bool contain(Privileges others) const { return (others.bits_ & ~bits_) == 0; }
  constexpr Privileges with(Privilege one) const {
    return Privileges(bits_ | Privileges(one).bits_);
  }
  constexpr Privileges without(Privilege one) const {
    return Privileges(bits_ & ~static_cast<uint32_t>(one));
  }

 private:
  static constexpr uint32_t kAll = std::bit_ceil(PROC_MAY_TAKE_CONSOLE + 1u) - 1;
  explicit constexpr Privileges(uint32_t bits) : bits_(bits) {}
  uint32_t bits_ = 0;
};

}  // namespace mobius::proc
