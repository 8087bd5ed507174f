// ObjectUsers: who uses an object: regions that show its pages, private objects in front of it, and
// offers of it to other processes.
#pragma once

#include "base/list.h"
#include "base/lock.h"

namespace mobius::mm {

class VmObject;
struct Region;
struct ObjectViews {};
struct PrivateObjects {};
struct ObjectOffers {};

// What offers an object to other processes. Known to the object; told when it ends.
class ObjectOffer : public Link<ObjectOffers> {
 public:
  // Off the object's list already, which is about to be destroyed.
  virtual void object_ends() REQUIRES(memory_lock) = 0;

 protected:
  ~ObjectOffer() = default;
};

class ObjectUsers {
 public:
  // Locks: the memory lock. See reverse_map.h for the first two.
  List<Region, ObjectViews>& views() REQUIRES(memory_lock) { return views_; }
  List<VmObject, PrivateObjects>& private_objects() REQUIRES(memory_lock) { return private_; }
  List<ObjectOffer, ObjectOffers>& offers() REQUIRES(memory_lock) { return offers_; }

  uint32_t locked_views GUARDED_BY(memory_lock) = 0;  // regions whose pages are locked

 private:
  List<Region, ObjectViews> views_ GUARDED_BY(memory_lock);
  List<VmObject, PrivateObjects> private_ GUARDED_BY(memory_lock);
  List<ObjectOffer, ObjectOffers> offers_ GUARDED_BY(memory_lock);
};

}  // namespace mobius::mm
