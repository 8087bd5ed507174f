// Area: a block that a process offers to others, as handles and names name it (VmmShare).
//
// An area stays as long as a handle of it; one with a name as long as a view of its block, too.
#pragma once

#include <array>
#include <string_view>

#include "mm/calls/sharing.h"
#include "proc/handles/object.h"

namespace mobius::proc {

class AreaNames;
struct AreaNameTag {};

class Area final : public KernelObject, public mm::SharedBlock, public Link<AreaNameTag> {
 public:
  static constexpr size_t kMaxNameBytes = 255;

  Area(mm::MemoryManager& memory, AreaNames& names)
      : KernelObject(ObjectKind::Area), memory_(memory), names_(names) {}
  ~Area() = default;

  std::string_view name() const { return {name_.data(), name_bytes_}; }
  uint32_t maker() const { return maker_; }  // the pid; 0: it has no name
  // Requires: it has no name yet; fits, and is not taken.
  void give_name(std::string_view name, uint32_t maker);

 private:
  void last_reference_gone() override;
  void object_ends() override REQUIRES(memory_lock);

  mm::MemoryManager& memory_;
  AreaNames& names_;
  std::array<char, kMaxNameBytes> name_;
  uint8_t name_bytes_ = 0;
  uint32_t maker_ = 0;
};

// All names of areas. Locks: none; names change only while their area's object ends or a call runs,
// and the kernel is not preempted there.
class AreaNames {
 public:
  static constexpr uint32_t kMost = 4096, kMostOfOne = 64;  // S1

  AreaNames() = default;
  AreaNames(const AreaNames&) = delete;

  // Whether the process may take the name. Fails: BadArgument (empty, not UTF-8), Exists,
  // LimitReached.
  Result<void> check(std::string_view name, uint32_t maker) const;
  // Null if there is none.
  Area* find(std::string_view name) const;
  // A reference to it, which may have been without handles. Fails: NotFound.
  Result<Ref<Area>> open(std::string_view name);
  void add(Area& area);
  void remove(Area& area);

 private:
  using Bucket = List<Area, AreaNameTag>;
  static constexpr size_t kBuckets = 64;
  static size_t bucket_of(std::string_view name);

  std::array<Bucket, kBuckets> buckets_;
  uint32_t count_ = 0;
};

// Whether the bytes are UTF-8 (RFC 3629): no overlong forms, no surrogates, to U+10FFFF. Pure.
bool is_utf8(std::string_view text);

}  // namespace mobius::proc
