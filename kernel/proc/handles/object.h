// KernelObject: what a handle names. Counted references; the last one destroys it.
#pragma once

#include <cstdint>
#include <utility>

#include "base/assert.h"

namespace mobius::proc {

enum class ObjectKind : uint8_t { File, Process, Area };

class KernelObject {
 public:
  explicit KernelObject(ObjectKind kind) : kind_(kind) {}
  KernelObject(const KernelObject&) = delete;
  KernelObject& operator=(const KernelObject&) = delete;

  ObjectKind kind() const { return kind_; }
  bool is_referenced() const { return references_ != 0; }
  void add_reference() { ++references_; }
  void drop_reference() {
    KASSERT(references_ > 0);
    if (--references_ == 0) last_reference_gone();
  }

 protected:
  ~KernelObject() = default;
  // Destroys the object, or keeps it until it is asked for by name.
  virtual void last_reference_gone() = 0;

 private:
  const ObjectKind kind_;
  uint32_t references_ = 0;  // no lock: counted where no thread switches
};

// Holds one reference.
template <typename T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) : object_(object) {
    if (object_ != nullptr) object_->add_reference();
  }
  Ref(const Ref& o) : Ref(o.object_) {}
  Ref(Ref&& o) noexcept : object_(std::exchange(o.object_, nullptr)) {}
  Ref& operator=(Ref o) noexcept {
    std::swap(object_, o.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) object_->drop_reference();
  }

  explicit operator bool() const { return object_ != nullptr; }
  T* get() const { return object_; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }

 private:
  T* object_ = nullptr;
};

}  // namespace mobius::proc
