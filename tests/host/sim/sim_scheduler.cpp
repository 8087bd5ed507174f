// Deterministic fibers (sim_scheduler.h).
#include "sim/sim_scheduler.h"

#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>

#include "base/lock.h"

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

constexpr size_t kStackBytes = 256 * 1024;
constexpr size_t kGuardBytes = 4096;
constexpr uint32_t kSpuriousOneIn = 16;

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

}  // namespace

struct SimScheduler::Fiber {
  ucontext_t context{};
  std::function<void()> body;
  State state = State::Runnable;
  const void* channel = nullptr;
  uint64_t wake_at = 0;
  void* mapping = nullptr;  // guard and stack; null for the test's own fiber
  void* fake_stack = nullptr;
  const void* stack_bottom = nullptr;
  size_t stack_bytes = 0;

  Fiber() = default;
  Fiber(const Fiber&) = delete;
  ~Fiber() {
    if (mapping == nullptr) return;
#ifdef SIM_ASAN
    __asan_unpoison_memory_region(stack_bottom, stack_bytes);
#endif
    munmap(mapping, kGuardBytes + kStackBytes);
  }
};

SimScheduler::SimScheduler(uint64_t seed) : random_(seed) {
  fibers_.push_back(std::make_unique<Fiber>());
  current_ = fibers_[0].get();
}

SimScheduler::~SimScheduler() {
  reap();
  KASSERT(fibers_.size() == 1);
}

void SimScheduler::abandon() {
  KASSERT(current_ == fibers_[0].get());
  fibers_.resize(1);
}

void SimScheduler::spawn(std::function<void()> body) {
  auto fiber = std::make_unique<Fiber>();
  fiber->body = std::move(body);
  fiber->mapping = mmap(nullptr, kGuardBytes + kStackBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  KASSERT(fiber->mapping != MAP_FAILED);
  mprotect(fiber->mapping, kGuardBytes, PROT_NONE);
  fiber->stack_bottom = static_cast<std::byte*>(fiber->mapping) + kGuardBytes;
  fiber->stack_bytes = kStackBytes;
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = const_cast<void*>(fiber->stack_bottom);
  fiber->context.uc_stack.ss_size = kStackBytes;
  fiber->context.uc_link = nullptr;
  const auto self = reinterpret_cast<uintptr_t>(this);
  makecontext(&fiber->context, reinterpret_cast<void (*)()>(&SimScheduler::enter), 2,
              static_cast<unsigned>(self), static_cast<unsigned>(self >> 32));
  fibers_.push_back(std::move(fiber));
}

// makecontext passes ints only: a pointer comes in halves.
void SimScheduler::enter(unsigned low, unsigned high) {
  auto* const self = reinterpret_cast<SimScheduler*>(uintptr_t{low} | (uintptr_t{high} << 32));
  Fiber* const main = self->fibers_[0].get();
  const void* bottom = nullptr;
  size_t bytes = 0;
  arrive_on_stack(nullptr, &bottom, &bytes);
  if (main->stack_bottom == nullptr) {  // the first switch of all comes from the test's stack
    main->stack_bottom = bottom;
    main->stack_bytes = bytes;
  }
  self->current_->body();
  self->current_->body = nullptr;
  self->suspend(State::Finished);
  KASSERT(false);
}

void SimScheduler::switch_to(Fiber& to) {
  Fiber& from = *current_;
  if (&from == &to) return;
  current_ = &to;
  ++switches_;
  // A finished fiber's fake stack is destroyed by passing null.
  leave_stack(from.state == State::Finished ? nullptr : &from.fake_stack, to.stack_bottom,
              to.stack_bytes);
  swapcontext(&from.context, &to.context);
  arrive_on_stack(from.fake_stack, nullptr, nullptr);
}

SimScheduler::Fiber* SimScheduler::choose() {
  for (;;) {
    std::vector<Fiber*> runnable;
    uint64_t next = UINT64_MAX;
    for (auto& f : fibers_) {
      if (f->state == State::Runnable) runnable.push_back(f.get());
      if (f->state == State::Sleeping) next = std::min(next, f->wake_at);
    }
    if (!runnable.empty()) return runnable[random_.below(runnable.size())];
    if (next == UINT64_MAX) return draining_ ? fibers_[0].get() : nullptr;
    now_ = std::max(now_, next);
    for (auto& f : fibers_) {
      if (f->state == State::Sleeping && f->wake_at <= now_) f->state = State::Runnable;
    }
  }
}

void SimScheduler::suspend(State state) {
  current_->state = state;
  Fiber* const next = choose();
  if (next == nullptr) assert_failed("deadlock: every fiber waits", __FILE_NAME__, __LINE__);
  switch_to(*next);
}

void SimScheduler::wait(const void* channel) {
  Lock::assert_no_lock_held();
  if (spurious_ && random_.chance(kSpuriousOneIn)) return yield();
  current_->channel = channel;
  suspend(State::Waiting);
}

void SimScheduler::wake(const void* channel) {
  for (auto& f : fibers_) {
    if (f->state == State::Waiting && f->channel == channel) f->state = State::Runnable;
  }
}

void SimScheduler::yield() { suspend(State::Runnable); }

void SimScheduler::sleep(uint64_t ticks) {
  Lock::assert_no_lock_held();
  if (ticks == 0) return yield();
  current_->wake_at = now_ + ticks;
  suspend(State::Sleeping);
}

uint32_t SimScheduler::run() {
  KASSERT(current_ == fibers_[0].get());
  draining_ = true;
  if (anybody_else()) suspend(State::Waiting);
  current_->state = State::Runnable;
  draining_ = false;
  reap();
  return static_cast<uint32_t>(fibers_.size() - 1);
}

bool SimScheduler::anybody_else() const {
  return std::ranges::any_of(fibers_, [this](auto& f) {
    return f.get() != current_ && (f->state == State::Runnable || f->state == State::Sleeping);
  });
}

void SimScheduler::reap() {
  std::erase_if(fibers_, [](auto& f) { return f->state == State::Finished; });
}

}  // namespace mobius::sim
