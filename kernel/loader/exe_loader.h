// ExeLoader: programs into address spaces, page by page on demand (R16).
//
// Of a file only the headers are read when it is loaded; its pages come when they are touched, by
// way of mm::ImageObject. Processes that run the same file at the same time share one image, so its
// unwritten pages are in memory once. An image goes with the last process that uses it.
#pragma once

#include "mm/space/address_space.h"

namespace mobius::loader {

class LoadedImage;
struct LiveImages {};

// A file as a program's backing store: the layer that opens files makes one, the image keeps it.
class ImageFile : public mm::ByteSource {
 public:
  // Equal for two of them exactly where they are the same file.
  virtual uint64_t id() const = 0;
  // The image is gone and no read will come any more; called exactly once. Must not sleep, nor
  // take a lock below the heap's: the memory lock may be held.
  virtual void release() = 0;

 protected:
  ~ImageFile() = default;
};

// What is needed to start a loaded program.
struct LoadedExe {
  VirtAddr entry;
  uint32_t stack_reserve;  // bytes, as the file asks for
};

class ExeLoader {
 public:
  explicit ExeLoader(mm::MemoryManager& manager) : manager_(manager) {}
  ExeLoader(const ExeLoader&) = delete;
  ~ExeLoader();  // Requires: no image is left.

  // Maps the EXE at its base (R19). `file` is the loader's from now on, also after a failure.
  // Sleeps. Fails, and nothing is mapped then: BadImage, NotSupported (loader/pe.h), IoError,
  // OutOfFrames, OutOfAddressSpace (its range is taken), LimitReached.
  Result<LoadedExe> load(ImageFile& file, mm::AddressSpace& space) EXCLUDES(memory_lock);

 private:
  friend class LoadedImage;
  class Reference;

  LoadedImage* find_live(uint64_t file_id) REQUIRES(memory_lock);
  Result<Reference> get_image(ImageFile& file) EXCLUDES(memory_lock);

  mm::MemoryManager& manager_;
  List<LoadedImage, LiveImages> live_ GUARDED_BY(memory_lock);
};

}  // namespace mobius::loader
