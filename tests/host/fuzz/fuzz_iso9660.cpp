// Fuzz: an ISO 9660 volume out of arbitrary bytes is mounted, walked, and read to its end.
//
// A block of the medium is 256 bytes of the input and zeros, from block 16 on: directories and
// descriptors have nothing beyond that, and small inputs mutate well. The first byte says how long
// the medium is. The signatures that a volume stands or falls with are always there. What must
// hold: it ends, it reads nothing outside the medium, and names are names.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "fs/iso9660.h"
#include "mm/words/block_device.h"
#include "sim/sim_frame_memory.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace mobius::fs {
namespace {

constexpr size_t kInputBlock = 256;
constexpr uint32_t kFirst = kIsoFirstDescriptor;
constexpr FrameNumber kBounce{1}, kFrame{2};

// One thread: nobody ever has to wait.
class NoWaiting final : public mm::Waiting {
 public:
  void wait_unguarded(const void*) override { KASSERT(false); }
  void wake(const void*) override {}
};

// The medium that the head comment describes.
class FuzzDisc final : public mm::BlockDevice {
 public:
  FuzzDisc(mm::FrameMemory& memory, const uint8_t* data, size_t size)
      : memory_(memory), blocks_(kFirst + 2 + data[0]), data_(data + 1), size_(size - 1) {}

  uint32_t block_bytes() const override { return kIsoBlockBytes; }
  uint64_t block_count() const override { return blocks_; }
  Result<void> read(uint64_t first, uint32_t blocks, FrameSpan into) override {
    ++reads;
    KASSERT(blocks > 0 && into.bytes == blocks * kIsoBlockBytes);
    KASSERT(first < blocks_ && blocks <= blocks_ - first);
    for (uint32_t i = 0; i < blocks; ++i) {
      uint8_t block[kIsoBlockBytes] = {};
      fill(block, first + i);
      memory_.write({into.frame, into.offset + i * kIsoBlockBytes, kIsoBlockBytes}, block);
    }
    return {};
  }
  uint64_t reads = 0;

 private:
  void fill(uint8_t* block, uint64_t number) const {
    if (number < kFirst) return;
    const size_t at = (number - kFirst) * kInputBlock;
    if (at < size_) std::memcpy(block, data_ + at, std::min(kInputBlock, size_ - at));
    if (number > kFirst + 2) return;
    std::memcpy(block + 1, "CD001", 5);
    block[128] = 0;
    block[129] = 8;
    if (number == kFirst) block[0] = 1;
  }
  mm::FrameMemory& memory_;
  const uint64_t blocks_;
  const uint8_t* const data_;
  const size_t size_;
};

struct Walk {
  Iso9660& volume;
  FuzzDisc& disc;
  int files_left = 48;
  int lookups_left = 8;

  void read_all(const FileEntry& file) {
    IsoFile source(volume, file);
    // A hostile size has no more bytes than the medium; both ends of it are tried.
    const uint64_t end = source.size_bytes();
    for (uint64_t at = 0; at < end; at += kPageSize) {
      if (!source.read(at, {kFrame, 0, kPageSize})) break;
    }
    for (uint64_t at : {uint64_t{1}, end / 2, end - 1, end, ~uint64_t{0}}) {
      static_cast<void>(source.read(at, {kFrame, 5, 3000}));
    }
  }

  void look_up(const std::string& path, unsigned depth) {
    const auto found = volume.lookup(path);
    // Deeper down, another directory of the same name may be in the way.
    KASSERT(found || depth > 0 || found.error() == Error::IoError);
  }

  void directory(const FileEntry& entry, const std::string& path, unsigned depth) {
    DirectoryCursor cursor;
    while (--files_left > 0) {
      const uint64_t reads = disc.reads;
      const auto next = volume.read_directory(entry, cursor);
      KASSERT(disc.reads - reads < 4096);
      if (!next || !*next) return;
      const std::string name((*next)->name.view());
      KASSERT(is_usable_name(name));
      if (lookups_left-- > 0) look_up(path + "/" + name, depth);
      if (!(*next)->file.is_directory) {
        read_all((*next)->file);
      } else if (depth < 6) {
        directory((*next)->file, path + "/" + name, depth + 1);
      }
    }
  }
};

void put(std::vector<uint8_t>& to, size_t block, size_t at, const std::string& bytes) {
  std::copy(bytes.begin(), bytes.end(), to.begin() + 1 + (block - kFirst) * kInputBlock + at);
}

std::string number(uint32_t v) {
  return {static_cast<char>(v), static_cast<char>(v >> 8), static_cast<char>(v >> 16),
          static_cast<char>(v >> 24), static_cast<char>(v >> 24), static_cast<char>(v >> 16),
          static_cast<char>(v >> 8), static_cast<char>(v)};
}
std::string use(const char* signature, const std::string& body) {
  return std::string(signature, 2) + static_cast<char>(4 + body.size()) + '\1' + body;
}
std::string record(uint32_t extent, uint32_t size, char flags, const std::string& name,
                   const std::string& system_use = {}) {
  std::string bytes(33, '\0');
  bytes.replace(2, 8, number(extent));
  bytes.replace(10, 8, number(size));
  bytes[25] = flags;
  bytes[32] = static_cast<char>(name.size());
  bytes += name;
  if (name.size() % 2 == 0) bytes += '\0';
  bytes += system_use;
  bytes[0] = static_cast<char>(bytes.size());
  return bytes;
}

const std::string kSelf(1, '\0'), kParent(1, '\1');
const std::string kDirectoryMode = use("PX", number(040755));
const std::string kFileMode = use("PX", number(0100644));

// Sound volumes to start from: plain, Joliet, Rock Ridge with continuation and child link.
std::vector<uint8_t> seed(unsigned style) {
  const std::string sp = style == 2 ? use("SP", "\xBE\xEF" + kSelf) + kDirectoryMode : "";
  const std::string wide = style == 1 ? kSelf : "";
  const std::string nm = style == 2 ? kFileMode + use("NM", kSelf + "name") : "";
  const std::string ce = style == 2 ? use("CE", number(21) + number(0) + number(60)) : "";
  std::vector<uint8_t> bytes(1 + 8 * kInputBlock);
  bytes[0] = 10;
  put(bytes, 16, 156, record(19, 2048, 2, kSelf));
  put(bytes, 17, 0, {style == 1 ? '\2' : '\xFF'});
  put(bytes, 17, 88, "%/E");
  put(bytes, 17, 156, record(19, 2048, 2, kSelf));
  put(bytes, 18, 0, "\xFF");
  put(bytes, 19, 0, record(19, 2048, 2, kSelf, sp) + record(19, 2048, 2, kParent) +
                        record(22, 3000, 0, wide + "F", nm) + record(20, 2048, 2, wide + "D", ce));
  put(bytes, 20, 0, record(20, 2048, 2, kSelf) + record(19, 2048, 2, kParent) +
                        record(22, 10, 0, wide + "G", style == 2 ? use("CL", number(20)) : ""));
  put(bytes, 21, 0, use("NM", "\1long") + use("NM", kSelf + "er") + kDirectoryMode);
  return bytes;
}

// Whole pieces that a mutation seldom hits upon by itself.
std::string piece(unsigned choice) {
  switch (choice % 9) {
    case 0: return kFileMode;
    case 1: return use("NM", std::string(1, static_cast<char>(choice / 9 % 3)) + "n");
    case 2: return use("CE", number(16 + choice / 9 % 10) + number(0) + number(100));
    case 3: return use("CL", number(16 + choice / 9 % 10));
    case 4: return use("RE", "");
    case 5: return use("SP", "\xBE\xEF" + kSelf);
    case 6: return record(16 + choice / 9 % 10, 2048, 2, "D");
    case 7: return record(16 + choice / 9 % 10, 5000, 0, "F", kFileMode);
    default: return record(22, 2048, '\x80', "F");
  }
}

}  // namespace
}  // namespace mobius::fs

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned random) {
  using namespace mobius::fs;
  const unsigned choice = random >> 8;
  if (random % 64 == 0) {
    const auto fresh = seed(choice % 3);
    size = std::min(fresh.size(), max_size);
    std::memcpy(data, fresh.data(), size);
  } else if (random % 4 == 0 && size > kInputBlock) {
    const std::string bytes = piece(choice / 7);
    const size_t at = 1 + choice % (size - 1);
    std::memcpy(data + at, bytes.data(), std::min(bytes.size(), size - at));
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mobius;
  using namespace mobius::fs;
  if (size == 0) return 0;
  static sim::SimFrameMemory memory(16);
  NoWaiting waiting;
  FuzzDisc disc(memory, data, size);
  Iso9660 volume(disc, memory, waiting, kBounce);
  if (volume.mount()) {
    Walk{volume, disc}.directory(volume.root(), "", 0);
    static_cast<void>(volume.lookup("/D/../D/D/F"));
  }
  return 0;
}
