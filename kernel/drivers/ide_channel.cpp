// One IDE channel: waiting for its drives, and bringing it back when one is stuck.
#include "drivers/ide_channel.h"

#include <algorithm>

namespace mobius::drivers {
namespace {

// Looks at the status before going to sleep where no interrupt will come: what a drive does
// between two steps of a command takes microseconds, and each look takes about one.
constexpr unsigned kLooksBeforeSleep = 1000;
// ATA/ATAPI-6 9.2: reset held for 5 us, status not valid for 2 ms after it.
constexpr unsigned kLooksDuringReset = 10;
constexpr unsigned kLooksAfterReset = 2000;

bool announced_by_interrupt(IdeChannel::Until until) {
  switch (until) {
    case IdeChannel::Until::NotBusy:
    case IdeChannel::Until::DmaDone:
      return true;
    case IdeChannel::Until::Idle:
    case IdeChannel::Until::DataRequest:
      return false;
  }
  __builtin_unreachable();
}

}  // namespace

IdeChannel::IdeChannel(RegisterPort& port, mm::FrameMemory& memory, mm::Waiting& waiting,
                       mm::Clock& clock, IdePorts ports, FrameSpan table, IdeTiming timing)
    : IdeTaskFile(port, ports),
      waiting_(waiting),
      clock_(clock),
      timing_(timing),
      turn_(waiting),
      bus_master_(port, memory, ports.bus_master, table) {}

void IdeChannel::on_interrupt() {
  ++counters_.interrupts;
  read(IdeRegister::Status);  // takes the device's interrupt back, so that the next one is seen
  if (!sleeping_) return;
  interrupted_ = true;
  waiting_.wake(this);
}

void IdeChannel::on_tick() {
  if (sleeping_ && clock_.now_ns() >= wake_at_ns_) waiting_.wake(this);
}

bool IdeChannel::reached(Until until, uint8_t status, bool long_quiet) const {
  if (until == Until::DmaDone && bus_master_.failed()) return true;
  if (status & ide_status::kBusy) return false;
  const bool data = (status & ide_status::kDataRequest) != 0;
  const bool given_up = (status & (ide_status::kError | ide_status::kDeviceFault)) != 0;
  switch (until) {
    case Until::Idle:
      return !data;
    case Until::NotBusy:
      return true;
    case Until::DataRequest:
      return data || given_up;
    case Until::DmaDone:
      // The engine passes the interrupt on once all data is in memory. A device that has given up
      // moves none, and of one that was done `look_again_ns` ago it has long arrived.
      return !data && (bus_master_.interrupted() || given_up || long_quiet);
  }
  __builtin_unreachable();
}

bool IdeChannel::sleep_until(uint64_t at_ns) {
  wake_at_ns_ = at_ns;
  interrupted_ = false;
  sleeping_ = true;
  waiting_.wait_unguarded(this);  // interrupts, which end it, come in only while it sleeps
  sleeping_ = false;
  return interrupted_;
}

Result<uint8_t> IdeChannel::await(Until until) {
  const unsigned looks = announced_by_interrupt(until) ? 1 : kLooksBeforeSleep;
  for (unsigned i = 0; i < looks; ++i) {
    const uint8_t now = status();
    if (reached(until, now, false)) return now;
  }
  const uint64_t give_up_at = clock_.now_ns() + timing_.command_ns;
  bool quiet = false;  // the last look, without an interrupt, saw the drive done
  for (;;) {
    const uint64_t look_at = std::min(clock_.now_ns() + timing_.look_again_ns, give_up_at);
    const bool interrupted = sleep_until(look_at);
    const bool unasked = !interrupted && clock_.now_ns() >= look_at;
    const uint8_t now = status();
    if (reached(until, now, unasked && quiet)) {
      if (unasked && announced_by_interrupt(until)) ++counters_.lost_interrupts;
      return now;
    }
    quiet = unasked && (now & (ide_status::kBusy | ide_status::kDataRequest)) == 0;
    if (clock_.now_ns() >= give_up_at) break;
  }
  ++counters_.timeouts;
  return Failure(Error::TimedOut);
}

Result<IdeChannel::DmaOutcome> IdeChannel::run_dma() {
  bus_master_.start();
  const auto awaited = await(Until::DmaDone);
  // First of all, whatever has happened.
  const IdeBusMaster::End engine = bus_master_.stop();
  TRY(awaited);
  const uint8_t status = read(IdeRegister::Status);
  const bool over = (status & (ide_status::kBusy | ide_status::kDataRequest)) == 0;
  return over ? Result<DmaOutcome>(DmaOutcome{status, engine}) : Failure(Error::TimedOut);
}

Result<void> IdeChannel::select(unsigned drive) {
  KASSERT(drive < 2 && turn_.held());
  // The other drive's command must be over before the device register may change. A dead drive's
  // command never is, but its neighbour may still answer.
  if (!offline_[selected_]) TRY(await(Until::Idle));
  write(IdeRegister::Device, kIdeDeviceBase | (drive == 0 ? 0 : kIdeDeviceSecond));
  selected_ = drive;
  settle();
  TRY(await(Until::Idle));
  return {};
}

void IdeChannel::take_offline(unsigned drive) {
  offline_[drive] = selected_ == drive && !await(Until::Idle);
}

void IdeChannel::reset() {
  KASSERT(turn_.held());
  ++counters_.resets;
  selected_ = 0;  // ATA/ATAPI-6 9.12: a reset clears the device register
  write_control(ide_control::kReset);
  for (unsigned i = 0; i < kLooksDuringReset; ++i) status();
  write_control(0);
  for (unsigned i = 0; i < kLooksAfterReset; ++i) status();
}

void IdeChannel::pause(uint64_t ns) {
  const uint64_t until = clock_.now_ns() + ns;
  while (clock_.now_ns() < until) sleep_until(until);
}

}  // namespace mobius::drivers
