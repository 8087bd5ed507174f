// Port: the volume programs and files come from. Composition puts a file system behind it.
//
// A node is a value: what the file system has to remember of a file or directory to read it. It
// needs no closing, and stays good for as long as the volume is mounted.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace mobius::proc {

inline constexpr size_t kMaxNameBytes = 255;

enum class NodeKind : uint8_t { Regular, Directory };

struct VolumeNode {
  uint64_t id = 0;     // two nodes are the same file where their ids are equal
  uint64_t place = 0;  // the file system's own
  uint64_t size_bytes = 0;
  int64_t mtime = 0;  // seconds since 1970
  NodeKind kind = NodeKind::Regular;
};

struct VolumeEntry {
  VolumeNode node;
  uint8_t name_bytes = 0;
  char name[kMaxNameBytes];
  std::string_view text() const { return {name, name_bytes}; }
};

class Volume {
 public:
  // Called once, in a thread that may sleep, before anything else. Fails with the reason in words.
  virtual std::expected<void, std::string_view> mount() = 0;
  // `path` is absolute, parts separated by any number of slashes. Sleeps. Locks: none held.
  // Fails: NotFound, NotADirectory, NameTooLong, BadArgument (relative), IoError, OutOfFrames.
  virtual Result<VolumeNode> find(std::string_view path) = 0;
  // Fills `into` from `offset`; past the end of the file: zeros. Sleeps. Locks: none held.
  // Fails: IoError, OutOfFrames.
  virtual Result<void> read(const VolumeNode& node, uint64_t offset, FrameSpan into) = 0;
  // The directory's entry at `cursor` (0 is the first one), which moves on; nothing at the end. No
  // entries for the directory itself and its parent. Sleeps. Fails: NotADirectory, IoError,
  // OutOfFrames.
  virtual Result<std::optional<VolumeEntry>> next_entry(const VolumeNode& directory,
                                                        uint64_t& cursor) = 0;

 protected:
  ~Volume() = default;
};

}  // namespace mobius::proc
