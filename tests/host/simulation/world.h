// World: one simulated life: three programs of two threads each that run one EXE in the setting of
// the plan, the page daemon, and the thread that kills them.
#pragma once

#include <array>

#include "simulation/program.h"
#include "simulation/setting.h"
#include "simulation/swap_switch.h"

namespace mobius::simulation {

class World {
 public:
  static constexpr unsigned kSeats = 3, kThreads = 2;

  explicit World(const Plan& plan);
  ~World();
  World(const World&) = delete;

  // The whole life. What goes wrong ends the process.
  void run();

  Setting setting;

 private:
  struct Seat {
    std::unique_ptr<Program> program;
    uint32_t generation = 0;
  };
  void live(Seat& seat, unsigned thread);
  bool sit_down(Seat& seat, unsigned thread);
  void stand_up(Seat& seat);
  void step(Seat& seat, unsigned thread);
  Kind draw_kind(sim::Random& random);
  void kill_one(sim::Random& random);
  void check();
  void check_locks();
  void read_everything_back();
  void close();
  void measure_footprint();

  sim::SimImage* image_;
  std::array<Seat, kSeats> seats_;
  SwapSwitch swap_switch_{setting};
  uint32_t started_ = 0;
  uint64_t footprint_ = 0;  // pages
};

}  // namespace mobius::simulation
