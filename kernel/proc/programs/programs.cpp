// EXEs of the volume: see programs.h.
#include "proc/programs/programs.h"

#include "loader/exe_loader.h"

namespace mobius::proc {
namespace {

// A node of the volume as an image's backing store.
class ProgramFile final : public loader::ImageFile {
 public:
  ProgramFile(mm::KernelHeap& heap, Volume& volume, const VolumeNode& node)
      : heap_(heap), volume_(volume), node_(node) {}
  uint64_t size_bytes() const override { return node_.size_bytes; }
  Result<void> read(uint64_t offset, FrameSpan into) override {
    return volume_.read(node_, offset, into);
  }
  uint64_t id() const override { return node_.id; }
  void release() override { heap_.destroy(this); }

 private:
  mm::KernelHeap& heap_;
  Volume& volume_;
  const VolumeNode node_;
};

}  // namespace

Result<Program> Programs::load(const VolumeNode& node, mm::AddressSpace& space) {
  auto file = TRY(heap_.create<ProgramFile>(heap_, volume_, node));
  const loader::LoadedExe exe = TRY(loader_.load(*file.release(), space));
  return Program{exe.entry, exe.stack_reserve};
}

}  // namespace mobius::proc
