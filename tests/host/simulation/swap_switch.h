// SwapSwitch: the swap device is taken away from under the programs, and put back.
#pragma once

#include <functional>

#include "simulation/program.h"
#include "simulation/setting.h"

namespace mobius::simulation {

class SwapSwitch {
 public:
  explicit SwapSwitch(Setting& setting) : setting_(setting) {}
  SwapSwitch(const SwapSwitch&) = delete;

  // As the system call does it. `by`: the program that asked; when it is killed, the device stays.
  // `meanwhile`: what happens one time in three once it has begun.
  void off(const Program& by, sim::Random& random, const std::function<void()>& meanwhile);
  void on();

 private:
  void does_not_begin(Error error);
  void fails(Error error, uint64_t evidence_before);
  void check_off();

  Setting& setting_;
  bool taking_off_ = false;
};

}  // namespace mobius::simulation
