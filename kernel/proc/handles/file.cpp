// The kinds of file: see file.h.
#include "proc/handles/file.h"

#include <algorithm>

namespace mobius::proc {

Result<void> ConsoleFile::wait(const void* channel) {
  const Wake wake = scheduler_.wait_for(kernel_key(channel), kNever);
  return wake == Wake::Interrupted ? Failure(Error::Interrupted) : Result<void>{};
}

Result<uint32_t> ConsoleFile::read(FrameSpan into) {
  auto* bytes = memory_.direct_as<char>(into.frame) + into.offset;
  for (;;) {
    const Terminal::Input input = terminal_.take({bytes, into.bytes});
    if (input.bytes > 0 || input.ended) return static_cast<uint32_t>(input.bytes);
    TRY(wait(terminal_.input_channel()));
  }
}

Result<void> ConsoleFile::write(std::span<const char> text) {
  for (;;) {
    text = text.subspan(terminal_.write_some(text));
    if (text.empty()) return {};
    TRY(wait(terminal_.output_channel()));
  }
}

Result<uint32_t> VolumeFile::read(FrameSpan into) {
  if (node_.kind == NodeKind::Directory) return Failure(Error::IsADirectory);
  const uint64_t at = position_;
  if (at >= node_.size_bytes) return 0u;
  // No further than the next page of the file, so that long reads go on aligned.
  const auto to_page_end = kPageSize - static_cast<uint32_t>(at & kPageOffsetMask);
  into.bytes = static_cast<uint32_t>(
      std::min<uint64_t>({into.bytes, node_.size_bytes - at, to_page_end}));
  position_ = at + into.bytes;  // before the sleep: two readers share the bytes out among them
  const auto read = volume_.read(node_, at, into);
  // What could not be read is not skipped: the next reader hears of it, too.
  if (!read && position_ == at + into.bytes) position_ = at;
  TRY(read);
  return into.bytes;
}

Result<uint64_t> VolumeFile::seek(int64_t offset, Whence whence) {
  uint64_t from = 0;
  switch (whence) {
    case Whence::Begin: break;
    case Whence::Current: from = position_; break;
    case Whence::End: from = node_.size_bytes; break;
  }
  if (node_.kind == NodeKind::Directory && (offset != 0 || whence != Whence::Begin)) {
    return Failure(Error::IsADirectory);
  }
  int64_t position = 0;
  if (__builtin_add_overflow(static_cast<int64_t>(from), offset, &position) || position < 0) {
    return Failure(Error::BadArgument);
  }
  position_ = static_cast<uint64_t>(position);
  return position_;
}

FileInfo VolumeFile::info() const {
  const bool directory = node_.kind == NodeKind::Directory;
  return {directory ? FileKind::Directory : FileKind::Regular, node_.size_bytes, node_.id,
          node_.mtime};
}

Result<std::optional<VolumeEntry>> VolumeFile::next_entry() {
  if (node_.kind != NodeKind::Directory) return Failure(Error::NotADirectory);
  previous_ = position_;
  uint64_t cursor = position_;
  auto entry = TRY(volume_.next_entry(node_, cursor));
  position_ = cursor;
  return entry;
}

}  // namespace mobius::proc
