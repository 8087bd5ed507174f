// VmObject: the owner of the contents of pages. Regions say where these can be seen.
//
// Every object has page slots; what differs is its pager (pager.h): where pages come from and go
// to. A private object may stand in front of a backing object (an EXE's image): pages it does not
// have itself are the backing's, until they are written (copy on write).
// Adding a kind of memory is adding one subclass with its pager.
#pragma once

#include "mm/objects/object_pages.h"
#include "mm/objects/object_users.h"
#include "mm/objects/pager.h"

namespace mobius::mm {

class VmObject : public ObjectPages,
                 public ObjectUsers,
                 public Link<AllObjects>,
                 public Link<PrivateObjects> {
 public:
  // Locks: the memory lock, as for everything below.
  // Memory that starts as zeros, or as what `backing` has, and goes to swap space.
  VmObject(MemoryManager& manager, PageCount pages, FrameUse use, VmObject* backing);
  // Memory with contents of its own: the pager's, which lives as long as the object.
  VmObject(MemoryManager& manager, PageCount pages, FrameUse use, Pager& store);

  // One reference a region, one a thread that brings a page in, one an object in front of it.
  void add_reference() REQUIRES(memory_lock) { ++references_; }
  // The last one frees every page and the object itself.
  void drop_reference() REQUIRES(memory_lock);

  VmObject* backing() const { return source_ == this ? nullptr : source_; }
  // The object whose store has what this one shows of a page that it has no contents of: the
  // backing, or itself. Null: such a page is zeros.
  VmObject* source() const { return source_; }
  Pager& pager() const { return store_ != nullptr ? *store_ : *manager_.default_pager; }
  FrameUse frame_use() const { return use_; }
  uint32_t references() const REQUIRES(memory_lock) { return references_; }
  // Tells it from all other objects, those that had the same memory before it included.
  uint32_t birth() const { return birth_; }

  // The slot takes the frame over. Requires: slot is this object's slot of `page`.
  [[gnu::always_inline]] void install(PageSlot& slot, PageIndex page, OwnedFrame frame)
      REQUIRES(memory_lock) {
    FrameRecord& record = frame.record();
    record.owner = this;
    record.index = page;
    move(page, slot, PageSlot::resident(frame.release()));
  }
  // Frees the frame or the swap slot, if there is one; the slot is Empty then.
  // Requires: not Busy, no translation shows the frame any more.
  void empty_slot(PageIndex page, PageSlot& slot) REQUIRES(memory_lock);
  // The same for every page of [first, end).
  void empty_slots(PageIndex first, PageIndex end) REQUIRES(memory_lock);
  // The same, but for pages that are on their way in.
  void empty_idle_slots(PageIndex first, PageIndex end) REQUIRES(memory_lock);
  // Whether a page of [first, end) is on its way in. A call that is to empty the pages waits for
  // that one, on the object.
  bool any_busy(PageIndex first, PageIndex end) REQUIRES(memory_lock);

  // The size of the block that shows the object: n of its pages, from the first.
  PageCount shown_pages() const REQUIRES(memory_lock) { return shown_; }
  void show(PageCount pages) REQUIRES(memory_lock) { shown_ = pages; }

 protected:
  ~VmObject() = default;
  // Frees the object's own memory, as its concrete class was made.
  virtual void destroy() REQUIRES(memory_lock) = 0;

 private:
  // Of a resident page that goes; a frame that is being written is freed by its writer.
  enum class FreedBy : uint8_t { Caller, Writer };
  FreedBy let_go(FrameRecord& record) REQUIRES(memory_lock);

  PageCount shown_ GUARDED_BY(memory_lock) = pages();
  VmObject* const source_;
  Pager* const store_;  // null: swap space
  uint32_t references_ GUARDED_BY(memory_lock) = 1;
  const FrameUse use_;
  const uint32_t birth_;
};

// A counted reference that goes by itself.
class ObjectReference {
 public:
  ObjectReference() = default;
  explicit ObjectReference(VmObject* adopted) : object_(adopted) {}
  ObjectReference(ObjectReference&& o) noexcept : object_(std::exchange(o.object_, nullptr)) {}
  ObjectReference& operator=(ObjectReference&& o) noexcept {
    std::swap(object_, o.object_);
    return *this;
  }
  ~ObjectReference() REQUIRES(memory_lock) {
    if (object_ != nullptr) object_->drop_reference();
  }
  VmObject* get() const { return object_; }
  VmObject* release() { return std::exchange(object_, nullptr); }

 private:
  VmObject* object_ = nullptr;
};

}  // namespace mobius::mm
