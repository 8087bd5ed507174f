// The kinds of file: see file.h.
#include "proc/file.h"

#include <algorithm>

#include "proc/system.h"

namespace mobius::proc {
Result<uint32_t> ConsoleFile::read(FrameSpan into) {
  auto* bytes = system_.memory.memory.direct_as<char>(into.frame) + into.offset;
  for (;;) {
    const Terminal::Input input = system_.terminal.take({bytes, into.bytes});
    if (input.bytes > 0 || input.ended) return static_cast<uint32_t>(input.bytes);
    const WaitKey key = kernel_key(system_.terminal.input_channel());
    if (system_.scheduler.wait_for(key, kNever) == Wake::Interrupted) {
      return Failure(Error::Interrupted);
    }
  }
}

Result<void> ConsoleFile::write(std::span<const char> text) {
  for (;;) {
    text = text.subspan(system_.terminal.write_some(text));
    if (text.empty()) return {};
    const WaitKey key = kernel_key(system_.terminal.output_channel());
    if (system_.scheduler.wait_for(key, kNever) == Wake::Interrupted) {
      return Failure(Error::Interrupted);
    }
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
  const auto read = system_.volume.read(node_, at, into);
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
  auto entry = TRY(system_.volume.next_entry(node_, cursor));
  position_ = cursor;
  return entry;
}

void VolumeFile::last_reference_gone() { system_.memory.heap.destroy(this); }

}  // namespace mobius::proc
