// Deterministic fibers (sim_scheduler.h).
#include "sim/sim_scheduler.h"

#include <algorithm>

#include "base/lock.h"
#include "sim/sim_fiber.h"

namespace mobius::sim {

namespace {

constexpr size_t kStackBytes = 256 * 1024;
constexpr uint32_t kSpuriousOneIn = 16;

}  // namespace

struct SimScheduler::Fiber {
  SimFiber flow;
  State state = State::Runnable;
  const void* channel = nullptr;
  uint64_t wake_at = 0;

  Fiber() = default;  // the test's own
  explicit Fiber(std::function<void()> body) : flow(kStackBytes, std::move(body)) {}
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
  fibers_.push_back(std::make_unique<Fiber>([this, body = std::move(body)]() mutable {
    body();
    body = nullptr;
    suspend(State::Finished);
  }));
}

void SimScheduler::switch_to(Fiber& to) {
  Fiber& from = *current_;
  if (&from == &to) return;
  current_ = &to;
  ++switches_;
  const bool finished = from.state == State::Finished;
  SimFiber::switch_to(from.flow, to.flow,
                      finished ? SimFiber::Comeback::Never : SimFiber::Comeback::Perhaps);
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

void SimScheduler::wait_unguarded(const void* channel) {
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
  current_->channel = nullptr;  // not what it waited on last
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
