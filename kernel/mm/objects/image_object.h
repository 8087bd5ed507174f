// ImageObject: the pages of an EXE as its file has them, read one by one when first touched and
// shared by every process that runs it. Never written: a process's writes go to its private
// anonymous object in front of this one (copy on write), so its frames can be read again any time.
#pragma once

#include "mm/words/byte_source.h"
#include "mm/objects/image_layout.h"
#include "mm/objects/vm_object.h"

namespace mobius::mm {

// The file, as far as the layout says that it has pages of the image.
class ImagePager final : public Pager {
 public:
  ImagePager(FrameMemory& memory, const ImageLayout& layout, ByteSource& file)
      : memory_(memory), layout_(layout), file_(file) {}

  // False for pages that no piece of the file reaches (bss): they need no frame of the image's.
  bool has(PageIndex page) const override;
  uint32_t cluster() const override { return 1; }
  FrameClass frame_class() const override { return FrameClass::Returning; }
  // Requires: Transfer::Read.
  Result<void> transfer(Transfer direction, Place first,
                        std::span<const FrameNumber> frames) override EXCLUDES(memory_lock);

 private:
  Result<void> read(PageIndex page, FrameNumber frame) EXCLUDES(memory_lock);

  FrameMemory& memory_;
  const ImageLayout& layout_;
  ByteSource& file_;
};

// The loader derives the concrete image from this: it owns the file and the list of live images.
class ImageObject : public VmObject {
 public:
  // `layout` and `file` outlive the object.
  ImageObject(MemoryManager& manager, const ImageLayout& layout, ByteSource& file)
      : VmObject(manager, layout.pages, FrameUse::Image, file_),
        layout_(layout),
        file_(manager.memory, layout, file) {}

  const ImageLayout& layout() const { return layout_; }

 protected:
  ~ImageObject() = default;

 private:
  const ImageLayout& layout_;
  ImagePager file_;
};

}  // namespace mobius::mm
