// Promises: the books of what has been promised to blocks with VM_MEM_GUARANTEED.
//
// Always: pages promised and not given yet + the reserve <= free frames + frames that can be
// discarded + swap slots that could hold a page. (Pages with contents and kernel frames have
// already left the right side.) A promise that would break this is refused. What else would break
// it - an unpromised touch, a kernel allocation - is refused by the frame allocator, whose floor is
// kept at the part of the promises that swap space could not take. A page that comes back from swap
// takes a frame and leaves room there for another: it needs no more than the reserve left free.
#pragma once

#include <utility>

#include "mm/frame_allocator.h"

namespace mobius::mm {

class Promises;

// Pages promised to one holder; the promise ends with it.
class [[nodiscard]] Promise {
 public:
  Promise() = default;
  Promise(Promises& books, uint32_t pages) : books_(&books), pages_(pages) {}
  Promise(Promise&& o) noexcept : books_(o.books_), pages_(std::exchange(o.pages_, 0)) {}
  Promise& operator=(Promise&&) = delete;
  ~Promise() REQUIRES(memory_lock) { reduce(pages_); }

  uint32_t pages() const REQUIRES(memory_lock) { return pages_; }
  void add(Promise more) REQUIRES(memory_lock) {
    books_ = more.books_;
    pages_ += std::exchange(more.pages_, 0);
  }
  // So many pages of it end. Requires: they are owed, not given.
  void reduce(uint32_t pages) REQUIRES(memory_lock);

 private:
  Promises* books_ PT_GUARDED_BY(memory_lock) = nullptr;
  uint32_t pages_ GUARDED_BY(memory_lock) = 0;
};

// Pure. The memory lock guards the machine's one (memory_manager.h).
class Promises {
 public:
  explicit Promises(FrameAllocator& frames) : frames_(frames) {}
  Promises(const Promises&) = delete;

  // What a block of so many pages needs at most: itself and its page tables.
  static constexpr uint32_t cost_of(PageCount pages) { return pages + pages / 1024 + 2; }

  // Fails: OutOfFrames (it could not be kept).
  Result<Promise> promise(uint32_t pages);
  // All that is promised, given or not.
  uint32_t promised() const { return promised_; }
  // A promised page has got its frame, or lost its contents and may want one again.
  void given() { set_owed(owed_ - 1); }
  void owe_again() { set_owed(owed_ + 1); }

  // Frames that stay free for the shell (S1) and the pager.
  void set_reserve(uint32_t frames);
  // So many frames are for images and for pages that come back, and neither for growth nor promised:
  // with fewer, programs would go on for ever reading the code of each other's next instruction, or
  // who needs a page again would end in place of who grows.
  void set_kept_for_images(uint32_t frames);
  // How many pages swap space could still take.
  void set_slots_left(uint32_t slots);
  // Whether swap space could be so much smaller.
  bool could_lose(uint32_t slots) const { return left() >= slots; }
  uint32_t owed() const { return owed_; }
  uint32_t reserve() const { return reserve_; }
  // How many have been refused: evicting pages would not help them.
  uint32_t refusals() const { return refusals_; }

 private:
  friend class Promise;
  int64_t left() const;
  void set_owed(uint32_t pages);
  void set_floor();

  FrameAllocator& frames_;
  uint32_t promised_ = 0;
  uint32_t owed_ = 0;  // page tables included
  uint32_t reserve_ = 0;
  uint32_t kept_for_images_ = 0;
  uint32_t slots_left_ = 0;
  uint32_t refusals_ = 0;
};

}  // namespace mobius::mm
