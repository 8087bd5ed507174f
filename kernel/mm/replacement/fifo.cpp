// fifo: the page that came in first goes first, whether it is in use or not. fifo reads no accessed
// bits; what the other policies gain over it is the bits' worth.
#include "mm/replacement/one_list_policy.h"
#include "mm/replacement/registry.h"

namespace mobius::mm {
namespace {

class Fifo final : public OneListPolicy {
 public:
  std::string_view name() const override { return "fifo"; }
  PolicyPage* pick_victim(Sampler&) override { return pages_.pop_front(); }
};

}  // namespace

ReplacementPolicy* make_fifo(std::span<std::byte> storage) {
  return make_policy_in<Fifo>(storage);
}

}  // namespace mobius::mm
