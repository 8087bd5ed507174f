// ReplacementPolicy: which page goes when memory is short.
//
// A policy keeps the resident pages that may be evicted in an order of its own. It learns of a page
// when it comes in by a fault, ages pages with a budget, names victims, and hears what became of
// them. It sees no addresses, no page tables, no bytes: whether a page has been referenced it asks
// the Sampler, which alone reads accessed bits and counts how often. So the same object runs in the
// kernel, in the simulation and in the policy lab. Adding a policy is adding one file and one line
// in policies.def (docs/policies.md).
//
// Locks: the memory lock for all of it, as in the kernel; a policy never waits and never allocates
// after it has been made.
#pragma once

#include <cstdint>
#include <string_view>

#include "mm/words/policy_page.h"

namespace mobius::mm {

class Sampler {
 public:
  // Whether the page has been referenced since it was last asked about (or came in); clears that.
  // Costs a look at each of the page's translations, and is counted.
  virtual bool test_and_clear(PolicyPage& page) = 0;

 protected:
  ~Sampler() = default;
};

class ReplacementPolicy {
 public:
  virtual std::string_view name() const = 0;

  // How many pages can be resident at most (M); may change at any time.
  virtual void set_capacity(uint32_t pages) = 0;

  // The page has come in: by the fault of an access which is repeated right now, so its accessed
  // bit will be set once for nothing; or read ahead, before any access to it.
  // `identity` is the same for the same page whenever it comes and goes, and otherwise random.
  // Requires: page.list == 0.
  virtual void faulted_in(PolicyPage& page, Shadow shadow, uint32_t identity) = 0;
  virtual void read_ahead(PolicyPage& page, Shadow shadow, uint32_t identity) = 0;

  // The page is freed or may not be evicted any more. Requires: it is the policy's.
  virtual void removed(PolicyPage& page) = 0;

  // Called once a fault: the time by which pages age. At most `budget` questions to the sampler.
  virtual void age(uint32_t budget, Sampler& sampler) = 0;

  // The page to evict next, or null where there is none. The victim is on no list (list == 0) until
  // one of the two calls below or faulted_in; several victims may be out at once.
  virtual PolicyPage* pick_victim(Sampler& sampler) = 0;
  // The victim is out of memory. Returns what to remember of it.
  virtual Shadow evicted(PolicyPage& page, uint32_t identity) = 0;
  // The victim stays: it was used or modified meanwhile, or could not be written.
  enum class Stays : uint8_t { Reactivated, WriteFailed };
  virtual void stays(PolicyPage& page, Stays why) = 0;

  // Pages that are the policy's now.
  virtual uint32_t size() const = 0;

 protected:
  ~ReplacementPolicy() = default;
};

}  // namespace mobius::mm
