// A machine with an ISO 9660 volume for its tests, and volumes made by xorriso from a tree on the
// host.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "fs/iso9660.h"
#include "sim/sim_frame_memory.h"
#include "sim/sim_memory_disc.h"
#include "sim/sim_scheduler.h"

namespace mobius::fs {

// A folder of its own under the temporary one, gone at the end.
class HostFolder {
 public:
  HostFolder() {
    std::string name = testing::TempDir() + "iso9660_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~HostFolder() { std::filesystem::remove_all(path_); }
  HostFolder(const HostFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, const std::string& bytes) {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << bytes;
  }

 private:
  std::filesystem::path path_;
};

inline std::string read_host_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The image xorriso makes of `tree` with these options of its mkisofs.
inline std::vector<std::byte> make_image(const HostFolder& tree, const std::string& options) {
  HostFolder out;
  const std::string image = out.path() / "image.iso";
  const std::string command = "xorriso -as mkisofs -quiet " + options + " -o '" + image + "' '" +
                              tree.path().string() + "' >'" + image + ".log' 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << read_host_file(image + ".log");
  const std::string bytes = read_host_file(image);
  const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
  return {data, data + bytes.size()};
}

inline std::string junk(size_t bytes, unsigned seed) {
  sim::Random random(seed);
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random.next());
  return text;
}

// Sizes around blocks and pages, names of every length and case, many files, depth.
inline void fill(HostFolder& tree) {
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

struct IsoRig {
  static constexpr FrameNumber kBounce{1}, kFrame{2}, kFarFrame{200};

  explicit IsoRig(std::vector<std::byte> image, uint64_t seed = 1)
      : memory(256, FrameNumber{128}), scheduler(seed), disc(memory, std::move(image)),
        volume(disc, memory, scheduler, kBounce) {}

  // The whole file, page by page, as the memory manager reads it.
  Result<std::string> read_all(const FileEntry& entry, FrameNumber frame = kFrame) {
    IsoFile file(volume, entry);
    std::string bytes;
    for (uint64_t at = 0; at < file.size_bytes(); at += kPageSize) {
      std::memset(memory.hardware(frame), 0xA5, kPageSize);
      TRY(file.read(at, {frame, 0, kPageSize}));
      const auto* page = reinterpret_cast<const char*>(memory.hardware(frame));
      const uint64_t left = file.size_bytes() - at;
      bytes.append(page, std::min<uint64_t>(left, kPageSize));
      for (uint64_t i = left; i < kPageSize; ++i) {
        EXPECT_EQ(page[i], 0) << "byte " << i << " behind the end of the file";
      }
    }
    return bytes;
  }

  // Names and entries of a directory; fails the test where the directory cannot be read.
  std::map<std::string, FileEntry> list(const FileEntry& directory) {
    std::map<std::string, FileEntry> entries;
    DirectoryCursor cursor;
    for (;;) {
      const auto entry = volume.read_directory(directory, cursor);
      EXPECT_TRUE(entry);
      if (!entry || !*entry) return entries;
      const std::string name((*entry)->name.view());
      EXPECT_TRUE(entries.emplace(name, (*entry)->file).second) << name << " twice";
    }
  }

  sim::SimFrameMemory memory;
  sim::SimScheduler scheduler;
  sim::MemoryDisc disc;
  Iso9660 volume;
};

}  // namespace mobius::fs
