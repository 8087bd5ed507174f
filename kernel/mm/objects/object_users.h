// ObjectUsers: who uses an object: regions that show its pages, private objects in front of it, and
// offers of it to other processes.
#pragma once

#include <utility>

#include "base/list.h"
#include "base/lock.h"

namespace mobius::mm {

class VmObject;
struct Region;
struct ObjectViews {};
struct PrivateObjects {};

// What offers an object to other processes. Known to the object; told when it ends.
class ObjectOffer {
 public:
  // The object is about to be destroyed, and knows this no more.
  virtual void object_ends() REQUIRES(memory_lock) = 0;

 protected:
  ~ObjectOffer() = default;

 private:
  friend class ObjectUsers;
  ObjectOffer* next_ = nullptr;  // of the same object; two links would cost every object more
};

class ObjectUsers {
 public:
  // Locks: the memory lock. See reverse_map.h for the first two.
  List<Region, ObjectViews>& views() REQUIRES(memory_lock) { return views_; }
  List<VmObject, PrivateObjects>& private_objects() REQUIRES(memory_lock) { return private_; }
  bool is_offered() const REQUIRES(memory_lock) { return offers_ != nullptr; }
  void add_offer(ObjectOffer& offer) REQUIRES(memory_lock) {
    offer.next_ = std::exchange(offers_, &offer);
  }
  // Requires: it was added.
  void remove_offer(ObjectOffer& offer) REQUIRES(memory_lock) {
    ObjectOffer** at = &offers_;
    while (*at != &offer) at = &(*at)->next_;
    *at = offer.next_;
  }

  uint32_t locked_views GUARDED_BY(memory_lock) = 0;  // regions whose pages are locked

 protected:
  void end_offers() REQUIRES(memory_lock) {
    while (ObjectOffer* const offer = offers_) {
      offers_ = offer->next_;
      offer->object_ends();
    }
  }

 private:
  List<Region, ObjectViews> views_ GUARDED_BY(memory_lock);
  List<VmObject, PrivateObjects> private_ GUARDED_BY(memory_lock);
  ObjectOffer* offers_ GUARDED_BY(memory_lock) = nullptr;
};

}  // namespace mobius::mm
