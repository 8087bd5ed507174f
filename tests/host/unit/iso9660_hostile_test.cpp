// ISO 9660 volumes put together by hand, most of them broken: nothing hangs, nothing is read from
// outside the medium, and what is broken is an error, not a wrong answer.
#include <set>

#include "unit/iso_by_hand.h"
#include "unit/iso_rig.h"

namespace mobius::fs {
namespace {

constexpr uint8_t kDirectory = 2, kMore = 0x80;
constexpr uint32_t kRoot = HandImage::kRoot;
const std::string kFileMode = su_mode(0100644);

// Mounts, or tells why not.
struct Mounted : IsoRig {
  explicit Mounted(const HandImage& image) : IsoRig(image.bytes), result(volume.mount()) {}
  bool refused() const { return !result; }
  std::string refusal() const { return result ? "mounted" : text_of(result.error()); }
  std::expected<void, IsoRefusal> result;
};

TEST(Iso9660Hostile, AHandMadeVolumeIsRead) {
  HandImage image(24);
  image.add(kRoot, 20, 5, 0, "HELLO.TXT;1");
  image.put(20, 0, "hello");
  Mounted rig(image);
  ASSERT_TRUE(rig.result);
  EXPECT_EQ(*rig.read_all(*rig.volume.lookup("/hello.txt")), "hello");
  EXPECT_EQ(rig.list(rig.volume.root()).size(), 1u);
}

TEST(Iso9660Hostile, NotAVolumeAndWhy) {
  const auto refusal = [](auto&& spoil) {
    HandImage image(24);
    spoil(image);
    return Mounted(image).refusal();
  };
  EXPECT_EQ(refusal([](HandImage&) {}), "mounted");
  EXPECT_EQ(refusal([](HandImage& i) { i.put(16, 1, "CD002"); }),
            "no ISO 9660 volume descriptor on it");
  EXPECT_EQ(refusal([](HandImage& i) { i.set16(16, 128, 512); }),
            "its blocks are not of 2048 bytes");
  EXPECT_EQ(refusal([](HandImage& i) { i.set8(16, 0, 0); }),
            "no primary volume descriptor on it");
  EXPECT_EQ(refusal([](HandImage& i) { i.set8(kRoot, 0, 0); }),
            "its root directory does not begin with itself");
  EXPECT_EQ(refusal([](HandImage& i) { i.set8(kRoot, 33, 1); }),
            "its root directory does not begin with itself");
  EXPECT_EQ(refusal([](HandImage& i) { i.set32(16, 156 + 2, 24); }),
            "its root directory lies outside it");
  EXPECT_EQ(refusal([](HandImage& i) { i.set32(16, 156 + 10, kIsoMaxDirectoryBytes + 1); }),
            "its root directory is too big");
  EXPECT_EQ(refusal([](HandImage& i) { i.bytes.resize(16 * kIsoBlockBytes); }),
            "a block of its directory cannot be read");
  EXPECT_EQ(refusal([](HandImage& i) { i.bytes.clear(); }),
            "a block of its directory cannot be read");
}

// Others' writers put the length of the root's own record there; it has always 34 bytes.
TEST(Iso9660Hostile, TheLengthOfTheDescriptorsRootRecordSaysNothing) {
  for (int length : {0, 1, 33, 35, 68, 255}) {
    HandImage image(24, kRockRidge);
    image.add(kRoot, 20, 5, 0, "HELLO", su_name("Hello") + kFileMode);
    image.set8(16, 156, static_cast<uint8_t>(length));
    Mounted rig(image);
    ASSERT_EQ(rig.refusal(), "mounted") << length;
    EXPECT_TRUE(rig.volume.lookup("/Hello")) << length;
  }
}

TEST(Iso9660Hostile, DescriptorsWithoutEnd) {
  HandImage image(2000);
  for (uint32_t block = 17; block < 1999; ++block) {
    if (block != kRoot) image.descriptor(block, 3);
  }
  image.descriptor(kRoot, 3);
  Mounted rig(image);
  EXPECT_LT(rig.disc.reads, 64u);
}

TEST(Iso9660Hostile, WildRoot) {
  for (uint32_t extent : {24u, 0x7FFFFFFFu, 0xFFFFFFFFu}) {
    HandImage image(24);
    image.set32(16, 156 + 2, extent);
    Mounted rig(image);
    EXPECT_TRUE(rig.refused()) << extent;
    EXPECT_EQ(rig.disc.out_of_range, 0u);
  }
  for (uint32_t size : {7 * kIsoBlockBytes, 0x80000000u, 0xFFFFFFFFu}) {
    HandImage image(24);
    image.set32(16, 156 + 10, size);
    EXPECT_TRUE(Mounted(image).refused()) << size;
  }
}

TEST(Iso9660Hostile, WildFiles) {
  HandImage image(24);
  image.add(kRoot, 24, 1, 0, "A");
  image.add(kRoot, 0xFFFFFFFF, 0xFFFFFFFF, 0, "B");
  image.add(kRoot, 23, 2049, 0, "C");
  image.add(kRoot, 0, 0xFFFFFFFF, 0, "D");
  image.add(kRoot, 23, 2048, 0, "E");
  image.add(kRoot, 0xFFFFFFFF, 0, 0, "F");
  Mounted rig(image);
  ASSERT_TRUE(rig.result);
  for (const char* path : {"/a", "/b", "/c", "/d"}) {
    const auto file = rig.volume.lookup(path);
    ASSERT_TRUE(file) << path;
    for (uint64_t offset : {uint64_t{0}, uint64_t{1}, file->size_bytes - 1}) {
      EXPECT_EQ(rig.volume.read(*file, offset, {IsoRig::kFrame, 0, kPageSize}).error(),
                Error::IoError) << path << offset;
    }
  }
  EXPECT_TRUE(rig.read_all(*rig.volume.lookup("/e")));
  EXPECT_EQ(*rig.read_all(*rig.volume.lookup("/f")), "");
  EXPECT_EQ(rig.disc.out_of_range, 0u);
}

TEST(Iso9660Hostile, AnExtendedAttributeRecordLiesBeforeTheData) {
  HandImage image(24);
  const uint32_t at = image.add(kRoot, 20, 4, 0, "A");
  image.set8(kRoot, at + 1, 2);
  image.put(22, 0, "data");
  Mounted rig(image);
  EXPECT_EQ(*rig.read_all(*rig.volume.lookup("/a")), "data");
  image.set32(kRoot, at + 2, 0xFFFFFFFF);
  Mounted wrapping(image);
  EXPECT_EQ(wrapping.volume.lookup("/a").error(), Error::IoError);
}

TEST(Iso9660Hostile, WildDirectories) {
  HandImage image(24);
  image.add(kRoot, 24, 2048, kDirectory, "A");
  image.add(kRoot, 20, 0xFFFFFFFF, kDirectory, "B");
  image.add(kRoot, 0xFFFFFFF0, 0x00010000, kDirectory, "C");
  Mounted rig(image);
  for (const char* path : {"/a", "/b", "/c"}) {
    EXPECT_EQ(rig.volume.lookup(std::string(path) + "/x").error(), Error::IoError) << path;
    DirectoryCursor cursor;
    EXPECT_EQ(rig.volume.read_directory(*rig.volume.lookup(path), cursor).error(), Error::IoError);
  }
  EXPECT_EQ(rig.disc.out_of_range, 0u);
}

TEST(Iso9660Hostile, ADirectoryInItselfEndsAtTheDepthLimit) {
  HandImage image(24);
  image.add(kRoot, kRoot, kIsoBlockBytes, kDirectory, "SELF");
  Mounted rig(image);
  std::string path;
  for (unsigned i = 0; i < kIsoMaxDepth; ++i) path += "/self";
  EXPECT_TRUE(rig.volume.lookup(path));
  EXPECT_EQ(rig.volume.lookup(path + "/self").error(), Error::NameTooLong);
  EXPECT_TRUE(rig.volume.lookup(path + "/../self"));
}

TEST(Iso9660Hostile, BrokenRecords) {
  struct Break {
    uint32_t offset;
    uint8_t value;
  };
  // Too short, longer than the block, a name longer than the record, no name.
  for (const Break& b : {Break{0, 1}, Break{0, 33}, Break{32, 255}, Break{32, 0}}) {
    HandImage image(24);
    const uint32_t at = image.add(kRoot, 20, 5, 0, "A");
    image.set8(kRoot, at + b.offset, b.value);
    Mounted rig(image);
    ASSERT_TRUE(rig.result);
    EXPECT_EQ(rig.volume.lookup("/a").error(), Error::IoError) << b.offset << " " << int{b.value};
  }
  // Records up to the very end of the block are fine; one byte more is not.
  HandImage image(24);
  constexpr uint32_t kLength = 36, kLast = kIsoBlockBytes - kLength;
  for (uint32_t at = 68; at <= kLast; at += kLength) image.record(kRoot, at, 20, 5, 0, "BCD");
  image.put(kRoot, kLast + 33, "END");
  EXPECT_TRUE(Mounted(image).volume.lookup("/end"));
  image.set8(kRoot, kLast, kLength + 1);
  EXPECT_EQ(Mounted(image).volume.lookup("/end").error(), Error::IoError);
}

TEST(Iso9660Hostile, EveryByteOfADirectoryBrokenInTurn) {
  HandImage image(24, kRockRidge);
  image.add(kRoot, 20, 2048, kDirectory, "SUB", su_name("sub") + su_mode(040755));
  image.add(kRoot, 21, 3000, 0, "F1", su_name("first", 1) + su_name("more") + kFileMode);
  image.add(kRoot, 21, 10, 0, "F2", kFileMode + su_more(19, 0, 40));
  image.put(19, 0, su_name("name elsewhere"));
  image.directory(20, 2048);
  IsoRig rig(image.bytes);
  for (uint32_t at = 0; at < 400; ++at) {
    for (int value : {0, 1, 2, 0x20, 0x7F, 0x80, 0xFF}) {
      rig.disc.image = image.bytes;
      rig.disc.image[kRoot * kIsoBlockBytes + at] = static_cast<std::byte>(value);
      Iso9660 volume(rig.disc, rig.memory, rig.scheduler, IsoRig::kBounce);
      if (!volume.mount()) continue;
      DirectoryCursor cursor;
      for (int n = 0;; ++n) {
        ASSERT_LT(n, 100) << "a directory without end";
        const auto entry = volume.read_directory(volume.root(), cursor);
        if (!entry || !*entry) break;
        EXPECT_TRUE(is_usable_name((*entry)->name.view()));
        static_cast<void>(volume.read((*entry)->file, 0, {IsoRig::kFrame, 0, kPageSize}));
      }
      static_cast<void>(volume.lookup("/sub/.."));
    }
  }
  EXPECT_EQ(rig.disc.out_of_range, 0u);
}

// A file whose Rock Ridge name nobody could use is there under its plain one.
TEST(Iso9660Hostile, WithoutAUsableNameAFileHasItsPlainOne) {
  HandImage image(24, kRockRidge);
  std::set<std::string> expected{"good", "long", "current.txt", "parent"};
  for (const std::string& name : {std::string("a/b"), std::string("a\0b", 3), std::string("."),
                                  std::string(".."), std::string()}) {
    const std::string plain = "X" + std::to_string(expected.size());
    image.add(kRoot, 20, 1, 0, plain, kFileMode + su_name(name));
    expected.insert("x" + plain.substr(1));
  }
  image.add(kRoot, 20, 1, 0, "LONG", kFileMode + su_more(19, 0, 2048));
  for (uint32_t i = 0; i < 3; ++i) image.put(19, i * 105, su_name(std::string(100, 'n'), i < 2));
  image.add(kRoot, 20, 1, 0, "CURRENT.TXT;1", kFileMode + su_name("Current.Text", 2));
  image.add(kRoot, 20, 1, kDirectory, "PARENT", su_mode(040755) + su_name("Parent", 4));
  image.add(kRoot, 20, 1, 0, "GOOD", kFileMode + su_name("good"));
  Mounted rig(image);
  ASSERT_TRUE(rig.result);
  std::set<std::string> found;
  for (const auto& [name, entry] : rig.list(rig.volume.root())) found.insert(name);
  EXPECT_EQ(found, expected);
  for (const std::string& name : expected) EXPECT_TRUE(rig.volume.lookup("/" + name)) << name;
}

TEST(Iso9660Hostile, ContinuationsInCirclesAndOutside) {
  const struct {
    std::string entry;
  } cases[] = {{su_more(19, 0, 28)}, {su_more(24, 0, 28)}, {su_more(0xFFFFFFFF, 0, 28)},
               {su_more(19, 2048, 1)}, {su_more(19, 1, 2048)}, {su_more(19, 0xFFFFFFFF, 2)}};
  for (const auto& c : cases) {
    HandImage image(24, kRockRidge);
    image.put(19, 0, su_more(19, 0, 28));
    image.add(kRoot, 20, 1, 0, "A", kFileMode + c.entry);
    Mounted rig(image);
    ASSERT_TRUE(rig.result);
    EXPECT_EQ(rig.volume.lookup("/a").error(), Error::IoError);
    EXPECT_EQ(rig.disc.out_of_range, 0u);
    EXPECT_LT(rig.disc.reads, 20u);
  }
}

TEST(Iso9660Hostile, ChildLinksToNowhereAndInCircles) {
  HandImage image(24, kRockRidge);
  image.add(kRoot, 20, 0, 0, "A", su_name("good") + su_child(20));
  image.directory(20, kIsoBlockBytes);
  image.add(20, 21, 0, 0, "B", kFileMode + su_name("back") + su_child(20));
  Mounted rig(image);
  EXPECT_TRUE(rig.volume.lookup("/good/back/back/back")->is_directory);
  for (uint32_t block : {24u, 0xFFFFFFFFu, 22u, 16u}) {
    HandImage broken(24, kRockRidge);
    broken.add(kRoot, 20, 0, 0, "A", kFileMode + su_name("bad") + su_child(block));
    Mounted at(broken);
    EXPECT_EQ(at.volume.lookup("/bad").error(), Error::IoError) << block;
    EXPECT_EQ(at.disc.out_of_range, 0u);
  }
}

TEST(Iso9660Hostile, AChildLinkToAnotherDirectorysSelf) {
  HandImage image(24, kRockRidge);
  image.add(kRoot, 20, 0, 0, "A", kFileMode + su_name("bad") + su_child(21));
  image.record(21, 0, 20, kIsoBlockBytes, kDirectory, std::string(1, '\0'));
  EXPECT_EQ(Mounted(image).volume.lookup("/bad").error(), Error::IoError);
}

TEST(Iso9660Hostile, FilesInSeveralExtentsAreNotShownInParts) {
  HandImage image(24);
  image.add(kRoot, 20, 2048, kMore, "BIG");
  image.add(kRoot, 21, 2048, kMore, "BIG");
  image.add(kRoot, 22, 5, 0, "BIG");
  image.add(kRoot, 23, 5, 0, "SMALL");
  const uint32_t at = image.add(kRoot, 23, 5, 0, "WOVEN");
  image.set8(kRoot, at + 26, 1);
  Mounted rig(image);
  EXPECT_EQ(rig.list(rig.volume.root()).size(), 1u);
  EXPECT_TRUE(rig.volume.lookup("/small"));
}

TEST(Iso9660Hostile, ABigDirectoryOfNothingIsReadOnceOrRefused) {
  HandImage image(2100);
  image.set32(16, 156 + 10, kIsoMaxDirectoryBytes);
  Mounted rig(image);
  ASSERT_TRUE(rig.result);
  const uint64_t before = rig.disc.reads;
  EXPECT_EQ(rig.volume.lookup("/a").error(), Error::NotFound);
  EXPECT_LE(rig.disc.reads - before, kIsoMaxDirectoryBytes / kIsoBlockBytes);
  image.set32(16, 156 + 10, kIsoMaxDirectoryBytes + 1);
  EXPECT_TRUE(Mounted(image).refused());
}

}  // namespace
}  // namespace mobius::fs
