// ImageObject: the pages of an EXE as its file has them, read one by one when first touched and
// shared by every process that runs it. Never written: a process's writes go to its private
// anonymous object in front of this one (copy on write), so its frames can be read again any time.
#pragma once

#include "mm/image_layout.h"
#include "mm/ports/byte_source.h"
#include "mm/vm_object.h"

namespace mobius::mm {

// The loader derives the concrete image from this: it owns the file and the list of live images.
class ImageObject : public VmObject {
 public:
  // `layout` and `file` outlive the object.
  ImageObject(MemoryManager& manager, const ImageLayout& layout, ByteSource& file)
      : VmObject(manager, layout.pages, FrameUse::Image), layout_(layout), file_(file) {}

  const ImageLayout& layout() const { return layout_; }

  // False for pages that no piece of the file reaches (bss): they need no frame here.
  bool has_content(PageIndex page) const final;
  Result<void> read_page(PageIndex page, FrameNumber frame) final EXCLUDES(memory_lock);

 protected:
  ~ImageObject() = default;

 private:
  const ImageLayout& layout_;
  ByteSource& file_;
};

}  // namespace mobius::mm
