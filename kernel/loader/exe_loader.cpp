// Loading: is the image alive already? Else read and parse the headers, which sleeps, and look
// again: another thread may have been faster.
#include "loader/exe_loader.h"

#include "loader/header_bytes.h"
#include "loader/pe.h"

namespace mobius::loader {

// An image that owns its layout and its file.
class LoadedImage final : public mm::ImageObject, public Link<LiveImages> {
 public:
  using Layout = mm::KernelHeap::Owned<mm::ImageLayout>;

  // Locks: the memory lock. The caller holds the first reference.
  LoadedImage(ExeLoader& loader, Layout layout, ImageFile& file)
      : ImageObject(loader.manager_, *layout, file),
        loader_(loader),
        layout_(std::move(layout)),
        file_(file) {
    loader_.live_.push_back(*this);
  }
  uint64_t file_id() const { return file_.id(); }

 private:
  void destroy() override REQUIRES(memory_lock) {
    loader_.live_.remove(*this);
    file_.release();
    manager_.heap.destroy(this);
  }
  ExeLoader& loader_;
  Layout layout_;
  ImageFile& file_;
};

// The loader's own reference while it maps an image.
class ExeLoader::Reference {
 public:
  explicit Reference(mm::MemoryManager& manager, LoadedImage& adopted)
      : manager_(manager), image_(&adopted) {}
  Reference(Reference&& o) noexcept
      : manager_(o.manager_), image_(std::exchange(o.image_, nullptr)) {}
  ~Reference() {
    if (image_ == nullptr) return;
    LockGuard guard(manager_.lock);
    image_->drop_reference();
  }
  LoadedImage& operator*() const { return *image_; }

 private:
  mm::MemoryManager& manager_;
  LoadedImage* image_;
};

namespace {

// The loader's file until an image owns it.
class OwnedFile {
 public:
  explicit OwnedFile(ImageFile& file) : file_(&file) {}
  OwnedFile(const OwnedFile&) = delete;
  ~OwnedFile() {
    if (file_ != nullptr) file_->release();
  }
  void hand_over() { file_ = nullptr; }

 private:
  ImageFile* file_;
};

Result<LoadedImage::Layout> read_layout(mm::MemoryManager& manager, mm::ByteSource& file) {
  for (uint32_t bytes = kPageSize;;) {
    const HeaderBytes headers = TRY(HeaderBytes::read(manager.heap, manager.memory, file, bytes));
    const uint32_t needed = TRY(header_bytes_needed(headers.span()));
    if (needed <= headers.span().size()) {
      LoadedImage::Layout layout = TRY(manager.heap.create<mm::ImageLayout>());
      TRY(parse_exe(headers.span(), file.size_bytes(), *layout));
      return layout;
    }
    bytes = needed;
  }
}

}  // namespace

ExeLoader::~ExeLoader() {
  KASSERT(live_.empty());
}

LoadedImage* ExeLoader::find_live(uint64_t file_id) {
  for (LoadedImage& image : live_) {
    if (image.file_id() == file_id) {
      image.add_reference();
      return &image;
    }
  }
  return nullptr;
}

Result<ExeLoader::Reference> ExeLoader::get_image(ImageFile& file) {
  OwnedFile owned(file);
  {
    LockGuard guard(manager_.lock);
    if (LoadedImage* live = find_live(file.id())) return Reference(manager_, *live);
  }
  LoadedImage::Layout layout = TRY(read_layout(manager_, file));
  LockGuard guard(manager_.lock);
  if (LoadedImage* live = find_live(file.id())) return Reference(manager_, *live);
  auto image = TRY(manager_.heap.create<LoadedImage>(*this, std::move(layout), file));
  owned.hand_over();
  return Reference(manager_, *image.release());
}

Result<LoadedExe> ExeLoader::load(ImageFile& file, mm::AddressSpace& space) {
  const Reference image = TRY(get_image(file));
  TRY(space.map_image(*image));
  const mm::ImageLayout& layout = (*image).layout();
  return LoadedExe{layout.entry, layout.stack_reserve};
}

}  // namespace mobius::loader
