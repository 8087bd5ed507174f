// World: one simulated life: a machine short of memory, a swap device with the faults of the plan,
// three programs of two threads each that run one EXE, the page daemon, and whoever kills them.
#pragma once

#include <array>

#include "sim/sim_image.h"
#include "sim/sim_swap.h"
#include "simulation/event_log.h"
#include "simulation/program.h"

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

class World {
 public:
  static constexpr uint32_t kSignature = 7;
  static constexpr uint32_t kReserve = 24;  // frames that only promises may take
  static constexpr uint32_t kImageReserve = 3;  // of six pages, where there are no slots left
  static constexpr VirtAddr kImageBase{0x400000};
  static constexpr unsigned kSeats = 3, kThreads = 2;

  explicit World(const Plan& plan);
  ~World();
  World(const World&) = delete;

  // The whole life. What goes wrong ends the process.
  void run();

  // How much has gone wrong with the devices: an I/O error must come with more of it.
  uint64_t evidence() const {
    return swap.device.failed + swap.device.wrong_reads + file.behaviour.failed;
  }
  // Checks that there is really nothing left to be had. `freed`: what `this->freed` was when the
  // thing that failed began. `given_back`: pages that have become possible to evict by its failing.
  void excuse_out_of_memory(const char* what, uint64_t freed_before, PageCount given_back = 0,
                            mm::FrameClass who = mm::FrameClass::Normal);
  // A touch of a promised page has found no memory: wrong, unless swap space has been lost.
  void excuse_broken_promise(VirtAddr page);
  // Whether so many pages more could be promised, for certain.
  bool could_promise(PageCount pages);
  bool could_lose(uint32_t pages);
  // Whether the quotas allow so many locked pages more.
  bool could_lock(mm::AddressSpace& space, PageCount pages);
  // Whether so many more are within what one process may be promised.
  bool may_promise(mm::AddressSpace& space, PageCount pages);
  PageCount pages_a_program() const { return usable_ * 85 / 100; }
  uint32_t operation() const { return next_; }

  const Plan plan;
  EventLog log;
  sim::SimMachine machine;
  sim::SimSwap swap;
  sim::SimFile file;
  mm::ImageLayout layout = sim::usual_layout();
  uint64_t freed = 0;  // how often somebody gave memory back
  uint64_t written_to = 0;  // pages, each time that they have something written to them first
  Counts counts;

 private:
  struct Seat {
    std::unique_ptr<Program> program;
    uint32_t generation = 0;
  };
  void set_faults(sim::Random& random);
  void live(Seat& seat, unsigned thread);
  bool sit_down(Seat& seat, unsigned thread);
  void stand_up(Seat& seat);
  void step(Seat& seat, unsigned thread);
  Kind draw_kind(sim::Random& random);
  void kill(Seat& seat);
  void swap_off(const Program& by, sim::Random& random);
  void swap_off_does_not_begin(Error error);
  void swap_off_fails(Error error, uint64_t evidence_before);
  void check_swap_is_off();
  void swap_on();
  void check();
  void check_locks();
  void read_everything_back();
  void close();
  bool holds_twice() const;
  void measure_footprint();
  struct Room {
    uint32_t free = 0, busy = 0, writing = 0, clean = 0, image = 0, dirty = 0;
    uint32_t sum() const { return free + busy + writing + clean + image + dirty; }
  };
  Room room(bool direct_only);

  const uint32_t usable_;  // frames
  sim::SimImage* image_;
  std::array<Seat, kSeats> seats_;
  uint32_t next_ = 0;
  uint32_t started_ = 0;
  uint64_t footprint_ = 0;  // pages
  bool taking_swap_off_ = false;
};

}  // namespace mobius::simulation
