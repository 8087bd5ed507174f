// ISO 9660 volumes as xorriso writes them, compared with the tree they were made from.
#include <sys/stat.h>

#include "unit/iso_rig.h"

namespace mobius::fs {
namespace {

std::string junk(size_t bytes, unsigned seed) {
  sim::Random random(seed);
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random.next());
  return text;
}

// Sizes around blocks and pages, names of every length and case, many files, depth.
void fill(HostFolder& tree) {
  unsigned n = 0;
  for (size_t size : {0u, 1u, 2047u, 2048u, 2049u, 4095u, 4096u, 4097u, 6144u, 8192u, 100'001u}) {
    tree.write("sizes/file" + std::to_string(size) + ".bin", junk(size, ++n));
  }
  tree.write("Mixed.Case.Name.txt", "mixed");
  tree.write("boot/grub/grub.cfg", "set timeout=0\n");
  tree.write("a/b/c/d/e/f/g/h/i/j/k/deep.txt", "deep");
  std::filesystem::create_directories(tree.path() / "empty_folder");
  for (int i = 0; i < 300; ++i) {
    tree.write("many/file_number_" + std::to_string(i), "content " + std::to_string(i));
  }
}

void compare(IsoRig& rig, const FileEntry& directory, const std::filesystem::path& host) {
  std::map<std::string, std::filesystem::path> expected;
  for (const auto& entry : std::filesystem::directory_iterator(host)) {
    const auto status = entry.symlink_status();
    if (std::filesystem::is_regular_file(status) || std::filesystem::is_directory(status)) {
      expected[entry.path().filename()] = entry.path();
    }
  }
  const auto found = rig.list(directory);
  EXPECT_EQ(found.size(), expected.size()) << host;
  for (const auto& [name, path] : expected) {
    ASSERT_TRUE(found.contains(name)) << path;
    const FileEntry& entry = found.at(name);
    ASSERT_EQ(entry.is_directory, std::filesystem::is_directory(path)) << path;
    struct stat info {};
    stat(path.c_str(), &info);
    EXPECT_EQ(entry.mtime, info.st_mtime) << path;
    if (entry.is_directory) {
      compare(rig, entry, path);
    } else {
      const auto bytes = rig.read_all(entry);
      ASSERT_TRUE(bytes) << path;
      EXPECT_EQ(*bytes, read_host_file(path)) << path;
    }
  }
}

TEST(Iso9660, RockRidgeVolumeIsTheTree) {
  HostFolder tree;
  fill(tree);
  tree.write(std::string(250, 'n'), "a name of 250 bytes needs a continuation");
  tree.write("gr\xC3\xBC\xC3\x9F \xE6\x97\xA5\xE6\x9C\xAC", "utf-8");
  std::filesystem::create_symlink("Mixed.Case.Name.txt", tree.path() / "link");
  mkfifo((tree.path() / "pipe").c_str(), 0600);
  IsoRig rig(make_image(tree, "-r"));
  ASSERT_TRUE(rig.volume.mount());
  EXPECT_EQ(rig.volume.name_style(), NameStyle::RockRidge);
  compare(rig, rig.volume.root(), tree.path());
  for (const char* hidden : {"/link", "/pipe"}) {
    EXPECT_EQ(rig.volume.lookup(hidden).error(), Error::NotFound) << hidden;
  }
}

TEST(Iso9660, RockRidgeCountsMoreThanJoliet) {
  HostFolder tree;
  fill(tree);
  IsoRig rig(make_image(tree, "-r -J"));
  ASSERT_TRUE(rig.volume.mount());
  EXPECT_EQ(rig.volume.name_style(), NameStyle::RockRidge);
  compare(rig, rig.volume.root(), tree.path());
}

TEST(Iso9660, RelocatedDirectoriesAreWhereTheyBelong) {
  HostFolder tree;
  fill(tree);
  IsoRig rig(make_image(tree, "-r -rr_reloc_dir moved_here"));
  const std::string child_link = {'C', 'L', 12, 1};
  const auto* image = reinterpret_cast<const char*>(rig.disc.image.data());
  ASSERT_NE(std::string_view(image, rig.disc.image.size()).find(child_link),
            std::string_view::npos) << "nothing was relocated";
  ASSERT_TRUE(rig.volume.mount());
  // The folder they were moved to is marked as relocated itself, and not shown.
  compare(rig, rig.volume.root(), tree.path());
  EXPECT_TRUE(rig.volume.lookup("/a/b/c/d/e/f/g/h/i/j/k/deep.txt"));
}

TEST(Iso9660, JolietVolumeIsTheTree) {
  HostFolder tree;
  fill(tree);
  tree.write("gr\xC3\xBC\xC3\x9F \xE6\x97\xA5\xE6\x9C\xAC.txt", "ucs-2");
  IsoRig rig(make_image(tree, "--norock -J -joliet-long"));
  ASSERT_TRUE(rig.volume.mount());
  EXPECT_EQ(rig.volume.name_style(), NameStyle::Joliet);
  compare(rig, rig.volume.root(), tree.path());
}

TEST(Iso9660, PlainVolumeHasSmallLettersAndNoVersions) {
  HostFolder tree;
  tree.write("readme.txt", "plain");
  tree.write("folder/noext", "plain too");
  IsoRig rig(make_image(tree, "--norock"));
  ASSERT_TRUE(rig.volume.mount());
  EXPECT_EQ(rig.volume.name_style(), NameStyle::Plain);
  compare(rig, rig.volume.root(), tree.path());
}

TEST(Iso9660, PathsAreFoundInEveryWriting) {
  HostFolder tree;
  fill(tree);
  tree.write("case/Name", "Name");
  tree.write("case/name", "name");
  IsoRig rig(make_image(tree, "-r"));
  ASSERT_TRUE(rig.volume.mount());
  const auto id = [&](const char* path) { return rig.volume.lookup(path)->id; };
  const uint64_t grub = id("/boot/grub/grub.cfg");
  EXPECT_EQ(id("//boot///grub/grub.cfg"), grub);
  EXPECT_EQ(id("/BOOT/Grub/GRUB.CFG"), grub);
  EXPECT_EQ(id("/./boot/../boot/./grub/grub.cfg"), grub);
  EXPECT_EQ(id("/../../boot/grub/grub.cfg"), grub);
  EXPECT_EQ(id("/"), rig.volume.root().id);
  EXPECT_EQ(id("/boot/.."), rig.volume.root().id);
  EXPECT_TRUE(rig.volume.lookup("/boot/grub/")->is_directory);
  // An exact name counts more than one but for case, whichever comes first.
  EXPECT_EQ(*rig.read_all(*rig.volume.lookup("/case/Name")), "Name");
  EXPECT_EQ(*rig.read_all(*rig.volume.lookup("/case/name")), "name");
  EXPECT_TRUE(rig.volume.lookup("/case/NAME"));

  const auto error = [&](const std::string& path) { return rig.volume.lookup(path).error(); };
  EXPECT_EQ(error("/nothing"), Error::NotFound);
  EXPECT_EQ(error("/boot/nothing/grub.cfg"), Error::NotFound);
  EXPECT_EQ(error("/boot/grub/grub.cfg/x"), Error::NotADirectory);
  EXPECT_EQ(error("/boot/grub/grub.cfg/"), Error::NotADirectory);
  EXPECT_EQ(error("/boot/grub/grub.cfg/.."), Error::NotADirectory);
  EXPECT_EQ(error("boot"), Error::BadArgument);
  EXPECT_EQ(error(""), Error::BadArgument);
  EXPECT_EQ(error("/" + std::string(5000, 'x')), Error::NotFound);
  EXPECT_EQ(error("/a/b/c/d/e/f/g/h/i/j/k/l/m/n"), Error::NotFound);
}

TEST(Iso9660, IdsAreOnePerFile) {
  HostFolder tree;
  fill(tree);
  IsoRig rig(make_image(tree, "-r"));
  ASSERT_TRUE(rig.volume.mount());
  std::map<uint64_t, std::string> seen;
  for (const char* folder : {"/", "/many", "/sizes"}) {
    for (const auto& [name, entry] : rig.list(*rig.volume.lookup(folder))) {
      EXPECT_TRUE(seen.emplace(entry.id, name).second) << name << " and " << seen[entry.id];
      EXPECT_EQ(rig.volume.lookup(std::string(folder) + "/" + name)->id, entry.id);
    }
  }
}

TEST(Iso9660, DirectoryReadingResumesAnywhere) {
  HostFolder tree;
  fill(tree);
  IsoRig rig(make_image(tree, "-r"));
  ASSERT_TRUE(rig.volume.mount());
  const FileEntry many = *rig.volume.lookup("/many"), sizes = *rig.volume.lookup("/sizes");
  DirectoryCursor in_many, in_sizes;
  size_t of_many = 0, of_sizes = 0;
  for (bool more = true; more;) {
    const auto a = *rig.volume.read_directory(many, in_many);
    if (const auto b = *rig.volume.read_directory(sizes, in_sizes)) ++of_sizes;
    if (a) ++of_many;
    more = a.has_value();
  }
  EXPECT_EQ(of_many, 300u);
  EXPECT_EQ(of_sizes, 11u);
  EXPECT_FALSE(*rig.volume.read_directory(many, in_many)) << "the end stays the end";
  const FileEntry file = *rig.volume.lookup("/boot/grub/grub.cfg");
  DirectoryCursor cursor;
  EXPECT_EQ(rig.volume.read_directory(file, cursor).error(), Error::NotADirectory);
}

TEST(Iso9660, ListingReadsEachBlockOnce) {
  HostFolder tree;
  fill(tree);
  IsoRig rig(make_image(tree, "-r"));
  ASSERT_TRUE(rig.volume.mount());
  const FileEntry many = *rig.volume.lookup("/many");
  const uint64_t before = rig.disc.reads;
  EXPECT_EQ(rig.list(many).size(), 300u);
  EXPECT_LE(rig.disc.reads - before, many.size_bytes / kIsoBlockBytes);
}

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
  EXPECT_EQ(rig.volume.mount().error(), Error::IoError);
  rig.disc.bad.clear();
  ASSERT_TRUE(rig.volume.mount());
  const FileEntry file = *rig.volume.lookup("/sizes/file8192.bin");
  rig.disc.bad = {file.extent + 2};
  EXPECT_EQ(rig.read_all(file).error(), Error::IoError);
  EXPECT_TRUE(rig.volume.read(file, 0, {IsoRig::kFrame, 0, kPageSize}));
  EXPECT_EQ(rig.volume.read(file, 4097, {IsoRig::kFrame, 0, 10}).error(), Error::IoError);
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
        for (uint32_t n = 0; n < 10; ++n) {
          const std::string number = std::to_string((i * 53 + n * 29) % 300);
          const auto file = volume.lookup("/many/file_number_" + number);
          const std::string content = "content " + number;
          const uint32_t skip = n % 4;  // ragged: through the bounce frame
          const auto bytes = static_cast<uint32_t>(content.size()) - skip;
          const FrameNumber frame{10 + i};
          if (!file || !volume.read(*file, skip, {frame, i, bytes})) continue;
          if (std::memcmp(rig.memory.hardware(frame) + i, content.data() + skip, bytes) == 0) {
            ++right;
          }
        }
      });
    }
    ASSERT_EQ(rig.scheduler.run(), 0u);
    EXPECT_EQ(right, 60u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace mobius::fs
