// Fibers by ucontext (sim_fiber.h).
#include "sim/sim_fiber.h"

#include <sys/mman.h>

#include "base/assert.h"

#if defined(__SANITIZE_ADDRESS__)
#define SIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIM_ASAN 1
#endif
#endif
#ifdef SIM_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace mobius::sim {

namespace {

constexpr size_t kGuardBytes = 4096;

// The sanitizer must know which stack is in use (sanitizer/common_interface_defs.h).
void leave_stack(void** fake_stack, const void* bottom, size_t bytes) {
#ifdef SIM_ASAN
  __sanitizer_start_switch_fiber(fake_stack, bottom, bytes);
#else
  (void)fake_stack, (void)bottom, (void)bytes;
#endif
}
void arrive_on_stack(void* fake_stack, const void** old_bottom, size_t* old_bytes) {
#ifdef SIM_ASAN
  __sanitizer_finish_switch_fiber(fake_stack, old_bottom, old_bytes);
#else
  (void)fake_stack, (void)old_bottom, (void)old_bytes;
#endif
}
void forget_stack(const void* bottom, size_t bytes) {
#ifdef SIM_ASAN
  __asan_unpoison_memory_region(bottom, bytes);
#else
  (void)bottom, (void)bytes;
#endif
}

}  // namespace

SimFiber::SimFiber(size_t stack_bytes, std::function<void()> body) : stack_bytes_(stack_bytes) {
  mapping_ = mmap(nullptr, kGuardBytes + stack_bytes_, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  KASSERT(mapping_ != MAP_FAILED);
  mprotect(mapping_, kGuardBytes, PROT_NONE);
  stack_bottom_ = static_cast<std::byte*>(mapping_) + kGuardBytes;
  restart(std::move(body));
}

SimFiber::~SimFiber() {
  if (mapping_ == nullptr) return;
  forget_stack(stack_bottom_, stack_bytes_);
  munmap(mapping_, kGuardBytes + stack_bytes_);
}

void SimFiber::restart(std::function<void()> body) {
  KASSERT(mapping_ != nullptr);
  forget_stack(stack_bottom_, stack_bytes_);
  body_ = std::move(body);
  fake_stack_ = nullptr;
  getcontext(&context_);
  context_.uc_stack.ss_sp = const_cast<void*>(stack_bottom_);
  context_.uc_stack.ss_size = stack_bytes_;
  context_.uc_link = nullptr;
  const auto self = reinterpret_cast<uintptr_t>(this);
  makecontext(&context_, reinterpret_cast<void (*)()>(&SimFiber::enter), 2,
              static_cast<unsigned>(self), static_cast<unsigned>(self >> 32));
}

// makecontext passes ints only: a pointer comes in halves.
void SimFiber::enter(unsigned low, unsigned high) {
  auto* const self = reinterpret_cast<SimFiber*>(uintptr_t{low} | (uintptr_t{high} << 32));
  const void* bottom = nullptr;
  size_t bytes = 0;
  arrive_on_stack(nullptr, &bottom, &bytes);
  if (self->came_from_->stack_bottom_ == nullptr) {
    self->came_from_->stack_bottom_ = bottom;
    self->came_from_->stack_bytes_ = bytes;
  }
  self->body_();
  KASSERT(!"a fiber's body returned");
}

void SimFiber::switch_to(SimFiber& from, SimFiber& to, Comeback comeback) {
  to.came_from_ = &from;
  // The fake stack of one that never comes back is destroyed by passing null.
  leave_stack(comeback == Comeback::Never ? nullptr : &from.fake_stack_, to.stack_bottom_,
              to.stack_bytes_);
  swapcontext(&from.context_, &to.context_);
  arrive_on_stack(from.fake_stack_, nullptr, nullptr);
}

}  // namespace mobius::sim
