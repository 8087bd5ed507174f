// fifo: the page that came in first goes first, whether it is in use or not. It asks nothing of
// the machine; what accessed bits are worth is what the others gain over it.
#include "mm/replacement/page_list.h"
#include "mm/replacement/registry.h"

namespace mobius::mm {
namespace {

class Fifo final : public ReplacementPolicy {
 public:
  std::string_view name() const override { return "fifo"; }
  void set_capacity(uint32_t) override {}

  void faulted_in(PolicyPage& page, Shadow, uint32_t) override { pages_.push_back(page); }
  void read_ahead(PolicyPage& page, Shadow, uint32_t) override { pages_.push_back(page); }
  void removed(PolicyPage& page) override { pages_.remove(page); }

  void age(uint32_t, Sampler&) override {}
  PolicyPage* pick_victim(Sampler&) override { return pages_.pop_front(); }
  Shadow evicted(PolicyPage&, uint32_t) override { return kNoShadow; }
  void kept(PolicyPage& page, Kept) override { pages_.push_back(page); }

  uint32_t size() const override { return pages_.size(); }

 private:
  PageList<1> pages_;
};

}  // namespace

ReplacementPolicy* make_fifo(std::span<std::byte> storage) {
  return make_policy_in<Fifo>(storage);
}

}  // namespace mobius::mm
