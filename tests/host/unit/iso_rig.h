// Volumes for the ISO 9660 tests: made by xorriso from a tree on the host, or by hand.
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
#include "sim/memory_disc.h"
#include "sim/sim_frame_memory.h"
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

// An image put together record by record, to be broken at will.
class HandImage {
 public:
  static constexpr uint32_t kRoot = 18;  // the root directory's block
  // `root_use`: the system use field of the root's own record, which says whether there is Rock
  // Ridge (kRockRidge) on the volume.
  explicit HandImage(uint32_t blocks, const std::string& root_use = {})
      : bytes(size_t{blocks} * kIsoBlockBytes) {
    descriptor(16, 1);
    descriptor(17, 255);
    record(16, 156, kRoot, kIsoBlockBytes, 2, std::string(1, '\0'));
    directory(kRoot, kIsoBlockBytes, root_use);
  }

  void descriptor(uint32_t block, uint8_t type) {
    set8(block, 0, type);
    put(block, 1, "CD001");
    set8(block, 6, 1);
    set16(block, 128, kIsoBlockBytes);
  }
  // "." and ".." of an otherwise empty directory.
  void directory(uint32_t block, uint32_t size_bytes, const std::string& system_use = {}) {
    ends_[block] = 0;
    add(block, block, size_bytes, 2, std::string(1, '\0'), system_use);
    add(block, kRoot, kIsoBlockBytes, 2, std::string(1, '\1'));
  }
  // A record behind the last one of the directory at `block`; its offset.
  uint32_t add(uint32_t block, uint32_t extent, uint32_t size_bytes, uint8_t flags,
               const std::string& name, const std::string& system_use = {}) {
    const uint32_t at = ends_[block];
    ends_[block] += record(block, at, extent, size_bytes, flags, name, system_use);
    return at;
  }
  uint32_t record(uint32_t block, uint32_t at, uint32_t extent, uint32_t size_bytes, uint8_t flags,
                  const std::string& name, const std::string& system_use = {}) {
    const auto padded = static_cast<uint32_t>(33 + name.size() + (name.size() % 2 == 0 ? 1 : 0));
    const auto length = static_cast<uint32_t>(padded + system_use.size());
    set8(block, at, static_cast<uint8_t>(length));
    set32(block, at + 2, extent);
    set32(block, at + 10, size_bytes);
    set8(block, at + 25, flags);
    set8(block, at + 32, static_cast<uint8_t>(name.size()));
    put(block, at + 33, name);
    put(block, at + padded, system_use);
    return length;
  }

  void set8(uint32_t block, uint32_t at, uint8_t value) {
    bytes[size_t{block} * kIsoBlockBytes + at] = static_cast<std::byte>(value);
  }
  void set16(uint32_t block, uint32_t at, uint32_t value) {
    set8(block, at, static_cast<uint8_t>(value));
    set8(block, at + 1, static_cast<uint8_t>(value >> 8));
  }
  void set32(uint32_t block, uint32_t at, uint32_t value) {
    set16(block, at, value);
    set16(block, at + 2, value >> 16);
  }
  void put(uint32_t block, uint32_t at, const std::string& text) {
    for (size_t i = 0; i < text.size(); ++i) {
      set8(block, at + static_cast<uint32_t>(i), static_cast<uint8_t>(text[i]));
    }
  }

  std::vector<std::byte> bytes;

 private:
  std::map<uint32_t, uint32_t> ends_;
};

// System use entries.
inline std::string le32_text(uint32_t v) {
  return {static_cast<char>(v), static_cast<char>(v >> 8), static_cast<char>(v >> 16),
          static_cast<char>(v >> 24)};
}
inline std::string both32_text(uint32_t v) { return le32_text(v) + le32_text(__builtin_bswap32(v)); }
inline std::string su_entry(const char* signature, const std::string& body) {
  return std::string(signature, 2) + static_cast<char>(4 + body.size()) + '\1' + body;
}
inline std::string su_name(const std::string& name, char flags = 0) {
  return su_entry("NM", flags + name);
}
inline std::string su_mode(uint32_t mode) { return su_entry("PX", both32_text(mode)); }
inline const std::string kRockRidge = su_entry("SP", "\xBE\xEF" + std::string(1, '\0')) +
                                      su_mode(040755);
inline std::string su_more(uint32_t block, uint32_t offset, uint32_t bytes) {
  return su_entry("CE", both32_text(block) + both32_text(offset) + both32_text(bytes));
}
inline std::string su_child(uint32_t block) { return su_entry("CL", both32_text(block)); }

}  // namespace mobius::fs
