// Setting: what a simulated life happens in: a machine short of memory, a swap device and a file
// with the faults of the plan, the log, and what is counted.
#pragma once

#include "sim/sim_image.h"
#include "sim/sim_swap.h"
#include "simulation/event_log.h"
#include "simulation/full_memory.h"
#include "simulation/plan.h"

namespace mobius::simulation {

// What a life came to, for a summary.
struct Counts {
  uint64_t operations = 0, pages_in = 0, pages_out = 0, zero_pages = 0, io_errors = 0;
  uint64_t out_of_memory = 0, refused_calls = 0, kills = 0, checksum_errors = 0, retired = 0;
  uint64_t promises = 0, refused_promises = 0, broken_promises = 0;
  uint64_t locks = 0, refused_locks = 0;
  uint64_t swap_offs = 0, swap_offs_begun = 0;
  uint64_t pages_ahead = 0;  // of eager blocks
  uint64_t taken_back = 0;   // pages, from frames on standby
  uint64_t pages_compared = 0;  // all bytes, after a read or a write
  uint64_t lives_beyond_memory = 0;  // whose footprint was at least twice the frames
  uint64_t smallest_footprint = UINT64_MAX;  // of a life, in percent of its frames

  void add(const Counts& other);
};

class Setting {
 public:
  static constexpr uint32_t kSignature = 7;
  static constexpr uint32_t kReserve = 24;  // frames that only promises may take
  static constexpr uint32_t kImageReserve = 3;  // of six pages, where there are no slots left
  static constexpr VirtAddr kImageBase{0x400000};

  explicit Setting(const Plan& plan);
  Setting(const Setting&) = delete;

  // How much has gone wrong with the devices: an I/O error must come with more of it.
  uint64_t evidence() const {
    return swap.device.failed + swap.device.wrong_reads + file.behaviour.failed;
  }
  PageCount pages_a_program() const { return usable * 85 / 100; }
  // Whether RAM and swap space together can hold twice as many pages as there are frames, with
  // what it takes to manage them.
  bool holds_twice() const { return swap.device.page_count() >= usable * 3 / 2; }
  bool over() const { return operation >= plan.operations; }

  const Plan plan;
  EventLog log;
  sim::SimMachine machine;
  sim::SimSwap swap;
  sim::SimFile file;
  mm::ImageLayout layout = sim::usual_layout();
  const uint32_t usable;   // frames
  uint32_t operation = 0;  // the next one
  uint64_t freed = 0;      // how often somebody gave memory back
  uint32_t giving = 0;     // calls under way that give memory back, in steps
  uint64_t written_to = 0;  // pages, each time that they have something written to them first
  Counts counts;
  FullMemory full{*this};

  // While one exists, a call that gives memory back is under way.
  class Giving {
   public:
    explicit Giving(Setting& setting) : setting_(setting) { ++setting_.giving; }
    Giving(const Giving&) = delete;
    ~Giving() { --setting_.giving; }

   private:
    Setting& setting_;
  };

 private:
  void set_faults(sim::Random& random);
};

}  // namespace mobius::simulation
