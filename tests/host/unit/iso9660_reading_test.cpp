// The bytes of files on an ISO 9660 volume: any piece, with errors, by several threads.
#include "unit/iso_rig.h"

namespace mobius::fs {
namespace {

// Any offset, any length, any place in the frame, direct or seen through a window.
TEST(Iso9660, AnyPieceOfAFileCanBeRead) {
  HostFolder tree;
  const std::string content = junk(20'003, 9);
  tree.write("file", content);
  IsoRig rig(make_image(tree, "-r"));
  ASSERT_TRUE(rig.volume.mount());
  IsoFile file(rig.volume, *rig.volume.lookup("/file"));
  sim::Random random(4);
  for (int i = 0; i < 20'000; ++i) {
    const FrameNumber frame = random.chance(2) ? IsoRig::kFrame : IsoRig::kFarFrame;
    uint64_t offset = random.below(24'000);
    if (random.chance(3)) offset &= ~uint64_t{2047};
    if (random.chance(20)) offset = random.next();
    const uint32_t into = random.below(kPageSize);
    const uint32_t bytes = random.chance(4) ? kPageSize - into : random.below(kPageSize - into + 1);
    std::memset(rig.memory.hardware(frame), 0xA5, kPageSize);
    ASSERT_TRUE(file.read(offset, {frame, into, bytes}));
    const auto* page = reinterpret_cast<const char*>(rig.memory.hardware(frame));
    for (uint32_t at = 0; at < kPageSize; ++at) {
      const bool inside = at >= into && at < into + bytes;
      const uint64_t from = offset + (at - into);
      const char right = !inside ? '\xA5'
                         : offset < content.size() && from < content.size() ? content[from]
                                                                            : '\0';
      ASSERT_EQ(page[at], right) << "offset " << offset << " into " << into << "+" << bytes;
    }
  }
  EXPECT_EQ(file.read(0, {IsoRig::kFrame, 1, kPageSize}).error(), Error::BadArgument);
  EXPECT_EQ(file.read(0, {IsoRig::kFrame, 0xFFFFFFFF, 2}).error(), Error::BadArgument);
  IsoFile directory(rig.volume, rig.volume.root());
  EXPECT_EQ(directory.read(0, {IsoRig::kFrame, 0, 1}).error(), Error::IsADirectory);
}

TEST(Iso9660, WholePagesAreOneReadAndNoCopy) {
  HostFolder tree;
  tree.write("file", junk(5 * kPageSize + 100, 2));
  IsoRig rig(make_image(tree, "-r"));
  ASSERT_TRUE(rig.volume.mount());
  IsoFile file(rig.volume, *rig.volume.lookup("/file"));
  for (uint64_t page = 0; page < 6; ++page) {
    const uint64_t before = rig.disc.reads;
    ASSERT_TRUE(file.read(page * kPageSize, {IsoRig::kFrame, 0, kPageSize}));
    EXPECT_EQ(rig.disc.reads - before, 1u) << page;
  }
  const uint64_t before = rig.disc.reads;
  ASSERT_TRUE(file.read(6 * kPageSize, {IsoRig::kFrame, 0, kPageSize}));
  EXPECT_EQ(rig.disc.reads, before) << "behind the end there is nothing to read";
}

TEST(Iso9660, ReadErrorsAreToldAndNotRemembered) {
  HostFolder tree;
  fill(tree);
  IsoRig rig(make_image(tree, "-r"));
  rig.disc.bad = {16};
  EXPECT_EQ(rig.volume.mount().error(), IsoRefusal::BlockUnreadable);
  rig.disc.bad.clear();
  ASSERT_TRUE(rig.volume.mount());
  const FileEntry file = *rig.volume.lookup("/sizes/file8192.bin");
  rig.disc.bad = {file.extent + 2};
  EXPECT_EQ(rig.read_all(file).error(), Error::IoError);
  EXPECT_TRUE(rig.volume.read(file, 0, {IsoRig::kFrame, 0, kPageSize}));
  const auto first_byte = [&] {
    EXPECT_TRUE(rig.volume.read(file, 1, {IsoRig::kFrame, 0, 1}));
    return *rig.memory.hardware(IsoRig::kFrame);
  };
  const std::byte right = first_byte();
  EXPECT_EQ(rig.volume.read(file, 4097, {IsoRig::kFrame, 0, 10}).error(), Error::IoError);
  EXPECT_EQ(first_byte(), right) << "what the failed read left behind";
  const FileEntry many = *rig.volume.lookup("/many");
  rig.disc.bad = {many.extent + 1};
  EXPECT_EQ(rig.volume.lookup("/many/file_number_99").error(), Error::IoError);
  rig.disc.bad.clear();
  EXPECT_TRUE(rig.volume.lookup("/many/file_number_99"));
  EXPECT_TRUE(rig.read_all(file));
}

// A device whose reads sleep: threads overtake each other inside the volume.
class SlowDisc final : public mm::BlockDevice {
 public:
  SlowDisc(sim::MemoryDisc& disc, sim::SimScheduler& scheduler)
      : disc_(disc), scheduler_(scheduler) {}
  uint32_t block_bytes() const override { return disc_.block_bytes(); }
  uint64_t block_count() const override { return disc_.block_count(); }
  Result<void> read(uint64_t first, uint32_t blocks, FrameSpan into) override {
    scheduler_.sleep(1 + first % 5);
    auto result = disc_.read(first, blocks, into);
    scheduler_.sleep(1 + first % 3);
    return result;
  }

 private:
  sim::MemoryDisc& disc_;
  sim::SimScheduler& scheduler_;
};

TEST(Iso9660, ThreadsShareAVolume) {
  HostFolder tree;
  fill(tree);
  const auto image = make_image(tree, "-r");
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    IsoRig rig(image, seed);
    SlowDisc slow(rig.disc, rig.scheduler);
    Iso9660 volume(slow, rig.memory, rig.scheduler, IsoRig::kBounce);
    unsigned right = 0;
    ASSERT_TRUE(volume.mount());
    for (uint32_t i = 0; i < 6; ++i) {
      rig.scheduler.spawn([&, i] {
        std::map<std::string, FileEntry> files;
        for (uint32_t n = 0; n < 5; ++n) {
          const std::string number = std::to_string((i * 53 + n * 29) % 300);
          const auto file = volume.lookup("/many/file_number_" + number);
          if (file) files.emplace("content " + number, *file);
        }
        for (uint32_t n = 0; n < 10; ++n) {
          for (const auto& [content, file] : files) {
            const uint32_t skip = n % 4;  // ragged: through the bounce frame
            const auto bytes = static_cast<uint32_t>(content.size()) - skip;
            const FrameNumber frame{10 + i};
            std::memset(rig.memory.hardware(frame), 0, kPageSize);
            if (!volume.read(file, skip, {frame, i, bytes})) continue;
            const auto* read = rig.memory.hardware(frame) + i;
            if (std::memcmp(read, content.data() + skip, bytes) == 0) ++right;
          }
        }
      });
    }
    ASSERT_EQ(rig.scheduler.run(), 0u);
    EXPECT_EQ(right, 300u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace mobius::fs
