// ISO 9660 volumes as xorriso writes them, compared with the tree they were made from.
#include <sys/stat.h>

#include "unit/iso_rig.h"

namespace mobius::fs {
namespace {

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
  EXPECT_EQ(error(""), Error::NotFound);
  EXPECT_EQ(error("/" + std::string(255, 'x')), Error::NotFound);
  EXPECT_EQ(error("/" + std::string(256, 'x')), Error::NameTooLong);
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

}  // namespace
}  // namespace mobius::fs
