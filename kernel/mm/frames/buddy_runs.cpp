// Taking, giving and merging runs of free frames (buddy_runs.h).
#include "mm/frames/buddy_runs.h"

#include <bit>

namespace mobius::mm {

namespace {
constexpr FrameRecord kListHead{kNoFrame};
}

BuddyRuns::BuddyRuns()
    : lists_{kListHead, kListHead, kListHead, kListHead, kListHead, kListHead,
             kListHead, kListHead, kListHead, kListHead, kListHead} {
  for (FrameRecord& list : lists_) list.next = list.prev = &list;
}

// Keeps the first 2^to of 2^from frames and lists the rest, one run of each order between: their
// lists are empty, or the run would have come from them.
inline void BuddyRuns::split(FrameRecord& first, unsigned from, unsigned to) {
  uint32_t half = 1u << from;
  orders_ |= half - (1u << to);
  uint32_t state = free_state(from);
  FrameRecord* const last = &lists_[to];
  FrameRecord* list = &lists_[from];
  do {
    --list;
    half >>= 1;
    state -= kOneOrder;
    FrameRecord* upper = &first + half;
    upper->next = list;
    upper->prev = list;
    list->next = upper;
    list->prev = upper;
    upper->state = state;
  } while (list != last);
}

FrameRecord* BuddyRuns::take(unsigned order) {
  uint32_t fitting = orders_ >> order;
  if (fitting == 0) return nullptr;
  unsigned found = order + std::countr_zero(fitting);
  FrameRecord* list = &lists_[found];
  FrameRecord* first = list->next;
  FrameRecord* next = first->next;
  list->next = next;
  next->prev = list;
  if (next == list) orders_ ^= 1u << found;
  first->order = kOrderInside;
  if (found != order) split(*first, found, order);
  return first;
}

void BuddyRuns::give(FrameRecord& first, unsigned order) {
  uint32_t at = first.number.value & FrameRecords::kSectionMask;
  FrameRecord* section = &first - at;
  first.state = frame_state(FrameUse::Free, kOrderInside, 0);
  // Both belong to the order at hand, which rises with every merge.
  uint32_t size = 1u << order;
  uint32_t state = free_state(order);
  while (size != FrameRecords::kSectionFrames) {
    const uint32_t buddy_at = at ^ size;
    FrameRecord* buddy = &section[buddy_at];
    if (buddy->state != state) break;
    FrameRecord* next = buddy->next;
    FrameRecord* prev = buddy->prev;
    prev->next = next;
    next->prev = prev;
    if (next == prev) orders_ ^= size;  // the list's head alone is left
    buddy->order = kOrderInside;
    at &= buddy_at;  // the lower of the two
    size <<= 1;
    state += kOneOrder;
  }
  FrameRecord* head = &section[at];
  FrameRecord* list = &lists_[state >> 24];
  FrameRecord* next = list->next;
  head->state = state;
  head->next = next;
  head->prev = list;
  next->prev = head;
  list->next = head;
  orders_ |= size;
}

uint32_t BuddyRuns::check(FrameRange within) const {
  uint32_t frames = 0;
  for (unsigned order = 0; order <= kMaxFrameOrder; ++order) frames += check_list(order, within);
  return frames;
}

uint32_t BuddyRuns::check_list(unsigned order, FrameRange within) const {
  const FrameRecord* list = &lists_[order];
  KASSERT(((orders_ >> order) & 1) == (list->next != list));
  uint32_t frames = 0;
  const FrameRecord* before = list;
  for (const FrameRecord* head = list->next; head != list; head = head->next) {
    KASSERT(head->prev == before);  // so the list cannot run in a circle of its own
    check_run(*head, order, within);
    frames += 1u << order;
    before = head;
  }
  KASSERT(list->prev == before);
  return frames;
}

void BuddyRuns::check_run(const FrameRecord& head, unsigned order, FrameRange within) const {
  uint32_t size = 1u << order;
  KASSERT((head.number.value & (size - 1)) == 0);
  KASSERT(within.contains(head.number) && within.contains(head.number + (size - 1)));
  uint32_t at = head.number.value & FrameRecords::kSectionMask;
  const FrameRecord* section = &head - at;
  KASSERT(head.state == free_state(order));
  for (uint32_t i = 1; i < size; ++i) {
    KASSERT(section[at + i].use == FrameUse::Free && section[at + i].order == kOrderInside);
  }
  KASSERT(order == kMaxFrameOrder || section[at ^ size].state != free_state(order));  // merged
}

}  // namespace mobius::mm
