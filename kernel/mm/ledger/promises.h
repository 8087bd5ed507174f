// Promises: the books of what has been promised to blocks with VM_MEM_GUARANTEED.
//
// Always:
//
//   pages promised and not given yet + the reserve
//       <= free frames + frames of images, which can go + swap slots that could hold a page
//
// Pages with contents and kernel frames have already left the right side. A promise that would
// break this is refused. An unpromised touch or a kernel allocation that would break it is refused
// by the frame allocator: that part of the promises which swap space could not take stays free
// (frame_admission.h). A page that comes back from swap takes a frame and leaves room there for
// another: it needs no more than the reserve left free.
//
// The same for the direct map, where page tables and slots must lie: what is promised there + the
// reserve <= those of its frames that hold nothing of the kernel's. Other pages there can go, or
// are kept out by a floor.
#pragma once

#include <utility>

#include "mm/frames/frame_allocator.h"

namespace mobius::mm {

class Promises;

// What is promised: frames, and how many of them must lie in the direct map, for page tables and
// slots, which never go to swap space.
struct Cost {
  uint32_t pages = 0, direct = 0;

  constexpr Cost operator+(Cost o) const { return {pages + o.pages, direct + o.direct}; }
  constexpr Cost operator-(Cost o) const { return {pages - o.pages, direct - o.direct}; }
};

// What is promised to one holder; the promise ends with it.
class [[nodiscard]] Promise {
 public:
  Promise() = default;
  Promise(Promises& books, Cost cost) : books_(&books), cost_(cost) {}
  Promise(Promise&& o) noexcept : books_(o.books_), cost_(std::exchange(o.cost_, Cost{})) {}
  Promise& operator=(Promise&&) = delete;
  ~Promise() REQUIRES(memory_lock) {
    if (cost_.pages != 0) [[unlikely]] reduce(cost_);
  }

  uint32_t pages() const REQUIRES(memory_lock) { return cost_.pages; }
  void add(Promise more) REQUIRES(memory_lock) {
    books_ = more.books_;
    cost_ = cost_ + std::exchange(more.cost_, Cost{});
  }
  // n more pages have their storage, or n less (negative), because they lost their contents.
  void give(int pages) REQUIRES(memory_lock);
  // The promise of `cost` ends. Requires: `cost` is owed, not given.
  void reduce(Cost cost) REQUIRES(memory_lock);

 private:
  Promises* books_ PT_GUARDED_BY(memory_lock) = nullptr;
  Cost cost_ GUARDED_BY(memory_lock);
};

// Pure. The memory lock guards the machine's one (memory_manager.h).
class Promises {
 public:
  explicit Promises(FrameAllocator& frames) : frames_(frames) {}
  Promises(const Promises&) = delete;

  // What a block of n pages needs at most: itself and its page tables.
  static constexpr Cost cost_of(PageCount pages) {
    const uint32_t tables = pages / 1024 + 2;
    return {pages + tables, tables};
  }

  // Fails: OutOfFrames (the promise could not be kept).
  Result<Promise> promise(Cost cost);
  // All that is promised, given or not.
  uint32_t promised() const { return promised_; }
  // Frames that stay free for the shell (S1) and pages that come back.
  void set_reserve(uint32_t frames);
  // n frames are for images and for pages that come back, neither for growth nor promised. With
  // fewer, programs would evict the code of each other's next instruction for ever, or a process
  // whose page comes back would end in place of one that grows.
  void set_image_reserve(uint32_t frames);
  // n pages fit in swap space, those already there included; 0 while no page may go there.
  void set_swap_capacity(uint32_t slots);
  // n more pages are in swap slots and in no frame, or n less (negative).
  void use_swap(int pages);
  uint32_t swapped() const { return swapped_; }
  // Whether promises can be kept with n swap slots less.
  bool could_lose(uint32_t slots) const { return left() >= slots; }
  // Whether promises can be kept with n frames less for the kernel in the direct map.
  bool could_lose_direct(uint32_t frames) const { return left_direct() >= frames; }
  uint32_t owed() const { return owed_; }
  uint32_t reserve() const { return reserve_; }
  // Promises refused so far, which evicting pages would not have helped.
  uint32_t refusals() const { return refusals_; }

 private:
  friend class Promise;
  int64_t left() const;
  int64_t left_direct() const;
  FrameAdmission admission() const;
  uint32_t slots_left() const { return swap_capacity_ > swapped_ ? swap_capacity_ - swapped_ : 0; }
  void set_owed(uint32_t pages);
  void tell_frames();

  FrameAllocator& frames_;
  uint32_t promised_ = 0;
  uint32_t owed_ = 0;    // page tables included
  uint32_t direct_ = 0;  // of these, what must lie in the direct map: for as long as it is promised
  uint32_t reserve_ = 0;
  uint32_t image_reserve_ = 0;
  uint32_t swap_capacity_ = 0;
  uint32_t swapped_ = 0;
  uint32_t refusals_ = 0;
};

}  // namespace mobius::mm
