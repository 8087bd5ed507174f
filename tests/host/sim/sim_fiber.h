// SimFiber: a flow of control with a stack of its own, for simulated threads. Sanitizers are told
// which stack is in use.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <cstdint>
#include <functional>

namespace mobius::sim {

class SimFiber {
 public:
  // Whoever is running: it gets its stack's bounds from the first fiber it switches to.
  SimFiber() = default;
  // Requires: body never returns; it switches away for ever.
  SimFiber(size_t stack_bytes, std::function<void()> body);
  SimFiber(const SimFiber&) = delete;
  ~SimFiber();

  // Begins anew with another body, on the same stack. Requires: it is not the running one, and what
  // is left on its stack needs no destructor.
  void restart(std::function<void()> body);

  enum class Comeback : bool { Never, Perhaps };
  // Leaves `from`, which is the running one, and goes on where `to` left.
  static void switch_to(SimFiber& from, SimFiber& to, Comeback comeback = Comeback::Perhaps);

 private:
  static void enter(unsigned low, unsigned high);

  ucontext_t context_{};
  std::function<void()> body_;
  void* mapping_ = nullptr;  // guard and stack; null for the one that was running
  SimFiber* came_from_ = nullptr;
  void* fake_stack_ = nullptr;
  const void* stack_bottom_ = nullptr;
  size_t stack_bytes_ = 0;
};

}  // namespace mobius::sim
