// OneListPolicy: the base of policies that keep all pages on one list, in the order in which they
// came in. Such policies remember no evicted page and ignore time; they differ only in the page
// that goes.
#pragma once

#include "mm/replacement/page_list.h"
#include "mm/replacement/policy.h"

namespace mobius::mm {

class OneListPolicy : public ReplacementPolicy {
 public:
  void set_capacity(uint32_t) override {}
  void faulted_in(PolicyPage& page, Shadow, uint32_t) override { pages_.push_back(page); }
  void read_ahead(PolicyPage& page, Shadow, uint32_t) override { pages_.push_back(page); }
  void removed(PolicyPage& page) override { pages_.remove(page); }
  void age(uint32_t, Sampler&) override {}
  Shadow evicted(PolicyPage&, uint32_t) override { return kNoShadow; }
  void stays(PolicyPage& page, Stays) override { pages_.push_back(page); }
  uint32_t size() const override { return pages_.size(); }

 protected:
  ~OneListPolicy() = default;
  PageList<1> pages_;
};

}  // namespace mobius::mm
