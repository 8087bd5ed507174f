// IdeChannel: one IDE channel: its registers (ide_task_file.h), its bus master, the queue for it,
// and its waiting.
//
// A thread that wants something of a drive takes the channel's turn and then plays the whole
// command itself, straight on, sleeping in await(). An interrupt or a timer tick says only "look
// again": what has happened is read from the hardware each time. So spurious, early and shared
// interrupts do no harm, and a lost one costs `look_again_ns`, or twice that. A drive that never
// gets where it should makes await() fail; reset() then brings the channel back.
#pragma once

#include "base/result.h"
#include "drivers/ide_bus_master.h"
#include "drivers/ide_task_file.h"
#include "mm/words/clock.h"
#include "mm/words/sleeping_lock.h"

namespace mobius::drivers {

struct IdeTiming {
  uint64_t look_again_ns = 100'000'000;     // how often a sleeper looks without an interrupt
  uint64_t command_ns = 10'000'000'000;     // a drive may have to spin up
  uint64_t not_ready_ns = 250'000'000;      // between two attempts at a drive that gets ready
};

// Since boot. For the log and for tests.
struct IdeCounters {
  uint32_t interrupts = 0;
  uint32_t lost_interrupts = 0;  // a sleeper found by itself that its wait was over
  uint32_t timeouts = 0;
  uint32_t resets = 0;
};

class IdeChannel : public IdeTaskFile {
 public:
  // `table`: see IdeBusMaster.
  IdeChannel(RegisterPort& port, mm::FrameMemory& memory, mm::Waiting& waiting, mm::Clock& clock,
             IdePorts ports, FrameSpan table, IdeTiming timing = {});
  IdeChannel(const IdeChannel&) = delete;

  // From the interrupt handler of ports().irq, and from every timer tick.
  void on_interrupt();
  void on_tick();

  // Everything below requires the turn, and so do the registers: one command at a time, first come,
  // first served.
  mm::SleepingLock& turn() { return turn_; }

  enum class Until : uint8_t {
    Idle,         // neither busy nor in a transfer: takes a command
    NotBusy,      // done, or wants its next piece of data moved
    DataRequest,  // wants data moved, or has given up with an error
    DmaDone,      // done and the bus master told so; or the bus master has failed
  };
  // Sleeps until the selected drive is there; returns its status. Fails: TimedOut.
  Result<uint8_t> await(Until until);
  // Runs the transfer that the bus master is prepared and the drive commanded for. After: the
  // frames are the caller's alone, whatever has happened. Fails: TimedOut, also where the drive
  // wants to go on when the engine is done: only a reset helps.
  struct DmaOutcome {
    uint8_t status;  // of the drive
    IdeBusMaster::End engine;
  };
  Result<DmaOutcome> run_dma();
  // Selects drive 0 or 1 and waits until it takes a command. Fails: TimedOut, also where the drive
  // selected before is not done, unless that one has been taken offline.
  Result<void> select(unsigned drive);
  // The drive is never selected again; where the reset just before has left it busy, nobody waits
  // for it any more. Sleeps. Requires: the turn.
  void take_offline(unsigned drive);
  // Resets both drives. Whether it has helped shows in the next select(). Requires: the bus master
  // is stopped.
  void reset();
  // Sleeps for about `ns` (to the next tick at least).
  void pause(uint64_t ns);

  IdeBusMaster& bus_master() { return bus_master_; }
  const IdeTiming& timing() const { return timing_; }
  const IdeCounters& counters() const { return counters_; }

 private:
  bool reached(Until until, uint8_t status, bool long_quiet) const;
  // Until the next interrupt or `at_ns`; whether an interrupt came.
  bool sleep_until(uint64_t at_ns);

  mm::Waiting& waiting_;
  mm::Clock& clock_;
  const IdeTiming timing_;
  mm::SleepingLock turn_;
  IdeBusMaster bus_master_;
  IdeCounters counters_;
  unsigned selected_ = 0;  // by the last select(), or by a reset
  bool offline_[2] = {};

  // The one sleeper in await() or pause(), who has the turn.
  bool sleeping_ = false;
  bool interrupted_ = false;
  uint64_t wake_at_ns_ = 0;
};

}  // namespace mobius::drivers
