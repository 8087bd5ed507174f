// Iso9660: the files of a CD, read-only, by path and by directory.
//
// Names are Rock Ridge's where the volume has them, else Joliet's, else the plain ones in small
// letters. Nothing on the medium is believed: extents outside it, records that contradict
// themselves, directories without end are Error::IoError, and every operation takes a bounded
// number of reads. Symbolic links, devices, interleaved files and files in several extents
// (of 4 GiB and more) are not shown.
#pragma once

#include "fs/iso9660_format.h"
#include "mm/words/frame_memory.h"
#include "mm/words/byte_source.h"
#include "mm/words/block_device.h"
#include "mm/words/sleeping_lock.h"

namespace mobius::fs {

struct FileEntry {
  uint64_t id = 0;  // one per file and volume: where on the medium its directory record is
  uint64_t size_bytes = 0;
  int64_t mtime = 0;    // seconds since 1970
  uint32_t extent = 0;  // its first block
  bool is_directory = false;
};

struct DirectoryEntry {
  FileEntry file;
  IsoName name;
};

// Where a directory has been read up to; begins at the beginning. Nothing but reading with it moves
// a cursor.
struct DirectoryCursor {
  uint32_t offset = 0;
};

// Directories nested deeper than this cannot be reached, bigger ones cannot be read.
inline constexpr unsigned kIsoMaxDepth = 24;
inline constexpr uint32_t kIsoMaxDirectoryBytes = 4u << 20;

class Iso9660 {
 public:
  // `bounce`: a frame in the direct map, for directories and ragged reads alone. The volume refers
  // to all of these for as long as it lives.
  Iso9660(mm::BlockDevice& device, mm::FrameMemory& memory, mm::Waiting& waiting,
          FrameNumber bounce);
  Iso9660(const Iso9660&) = delete;

  // Finds the root. Before this has worked, nothing else may be called. Sleeps. Locks: none held.
  std::expected<void, IsoRefusal> mount();
  NameStyle name_style() const { return style_; }
  const FileEntry& root() const { return root_; }

  // The file at an absolute path of names separated by '/'; "." and ".." (never above the root)
  // are understood. A name matches exactly, else but for the case of ASCII letters. Sleeps.
  // Locks: none held. Fails: NotFound, NotADirectory, BadArgument (relative), NameTooLong (one
  // name, or the way down), IoError.
  Result<FileEntry> lookup(std::string_view path);

  // The entry at the cursor, which moves behind it; absent at the end. Without "." and "..".
  // Sleeps. Locks: none held. Fails: NotADirectory, IoError.
  Result<std::optional<DirectoryEntry>> read_directory(const FileEntry& directory,
                                                       DirectoryCursor& cursor);

  // Reads into.bytes bytes from `offset` on; zeros past the end of the file. Whole blocks go
  // straight into the frame. Sleeps; several threads may read at once. Locks: none held.
  // Fails: IsADirectory, BadArgument (`into` is not within one frame), IoError.
  Result<void> read(const FileEntry& file, uint64_t offset, FrameSpan into);

 private:
  // The two blocks the bounce frame holds.
  enum Half : unsigned { kDirectoryBlock, kOtherBlock };

  // All of these require bounce_lock_ held.
  Result<IsoBytes> load(Half half, uint32_t block);
  Result<std::optional<DirectoryEntry>> next_entry(const FileEntry& directory,
                                                   DirectoryCursor& cursor);
  Result<std::optional<DirectoryEntry>> make_entry(const IsoRecord& record, uint64_t id);
  Result<void> collect(SystemUse& system_use, IsoBytes first_area);
  Result<void> follow_child(uint32_t block, FileEntry& entry);
  std::expected<void, IsoRefusal> find_roots(std::optional<IsoExtent>& primary,
                                             std::optional<IsoExtent>& joliet);
  std::expected<NameStyle, IsoRefusal> find_style(const IsoExtent& primary_root, bool has_joliet);
  Result<FileEntry> find(const FileEntry& directory, std::string_view name);

  Result<void> check_directory(const FileEntry& directory) const;
  bool on_medium(uint32_t first_block, uint64_t size_bytes) const;
  Result<void> read_ragged(uint32_t block, uint32_t offset_in_block, FrameSpan into);

  mm::BlockDevice& device_;
  mm::FrameMemory& memory_;
  const FrameNumber bounce_;
  mm::SleepingLock bounce_lock_;
  std::optional<uint32_t> loaded_[2];
  FileEntry root_;
  NameStyle style_ = NameStyle::Plain;
  uint8_t system_use_skip_ = 0;
};

// One file of a volume as a source of pages.
class IsoFile final : public mm::ByteSource {
 public:
  IsoFile(Iso9660& volume, const FileEntry& file) : volume_(volume), file_(file) {}
  uint64_t size_bytes() const override { return file_.size_bytes; }
  Result<void> read(uint64_t offset, FrameSpan into) override {
    return volume_.read(file_, offset, into);
  }
  const FileEntry& entry() const { return file_; }

 private:
  Iso9660& volume_;
  const FileEntry file_;
};

}  // namespace mobius::fs
