// The two measures of a policy: exact LRU, and OPT.
#include <limits>
#include <queue>

#include "lab/replay.h"

namespace mobius::lab {
namespace {

constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

// Pages in the order of their last references, oldest first.
class RecencyList {
 public:
  explicit RecencyList(uint32_t pages) : links_(pages + 1), end_(pages) {
    links_[end_] = {end_, end_};
  }
  uint32_t oldest() const { return links_[end_].next; }
  void add(uint32_t page) {
    Link& last = links_[end_];
    links_[page] = {last.prev, end_};
    links_[last.prev].next = page;
    last.prev = page;
  }
  void remove(uint32_t page) {
    links_[links_[page].prev].next = links_[page].next;
    links_[links_[page].next].prev = links_[page].prev;
  }

 private:
  struct Link {
    uint32_t prev, next;
  };
  std::vector<Link> links_;
  uint32_t end_;
};

// The residence of pages, and the counting, of both.
struct Frames {
  explicit Frames(uint32_t pages) : resident(pages), dirty(pages), seen(pages) {}
  void come_in(uint32_t page, Counts& counts) {
    ++counts.faults;
    counts.first_touches += !seen[page];
    seen[page] = resident[page] = true;
    dirty[page] = false;
    ++used;
  }
  void evict(uint32_t page, Counts& counts) {
    counts.dirty_evictions += dirty[page];
    resident[page] = false;
    --used;
  }
  std::vector<char> resident, dirty, seen;
  uint32_t used = 0;
};

template <typename Reference>
Replay each_part(const ReferenceString& string, Reference reference) {
  Replay parts(string.parts().size());
  for (size_t part = 0; part < parts.size(); ++part) {
    const bool last = part + 1 == parts.size();
    const size_t end = last ? string.size() : string.parts()[part + 1].begin;
    for (size_t i = string.parts()[part].begin; i < end; ++i) reference(i, parts[part]);
  }
  return parts;
}

std::vector<uint32_t> next_uses(const ReferenceString& string) {
  std::vector<uint32_t> next(string.size());
  std::vector<uint32_t> seen(string.footprint(), kNone);
  for (size_t i = string.size(); i-- > 0;) {
    next[i] = seen[string.page(i)];
    seen[string.page(i)] = static_cast<uint32_t>(i);
  }
  return next;
}

}  // namespace

Counts total(const Replay& parts) {
  Counts sum;
  for (const Counts& part : parts) sum = sum + part;
  return sum;
}

bool beats_opt(const Replay& replay, const Replay& opt) {
  return total(replay).faults < total(opt).faults;
}

Replay replay_lru(const ReferenceString& string, uint32_t frames) {
  Frames in(string.footprint());
  RecencyList recency(string.footprint());
  return each_part(string, [&](size_t i, Counts& counts) {
    const uint32_t page = string.page(i);
    if (in.resident[page]) {
      recency.remove(page);
    } else {
      if (in.used == frames) {
        const uint32_t victim = recency.oldest();
        recency.remove(victim);
        in.evict(victim, counts);
      }
      in.come_in(page, counts);
    }
    recency.add(page);
    in.dirty[page] |= string.write(i);
  });
}

Replay replay_opt(const ReferenceString& string, uint32_t frames) {
  const std::vector<uint32_t> next = next_uses(string);
  Frames in(string.footprint());
  std::vector<uint32_t> due(string.footprint(), kNone);
  // The page that is needed last on top; an entry that is no longer true is passed over.
  std::priority_queue<std::pair<uint32_t, uint32_t>> far;
  return each_part(string, [&](size_t i, Counts& counts) {
    const uint32_t page = string.page(i);
    if (!in.resident[page]) {
      while (in.used == frames) {
        const auto [use, victim] = far.top();
        far.pop();
        if (in.resident[victim] && due[victim] == use) in.evict(victim, counts);
      }
      in.come_in(page, counts);
    }
    due[page] = next[i];
    far.emplace(next[i], page);
    in.dirty[page] |= string.write(i);
  });
}

}  // namespace mobius::lab
