// The handle table: see handle_table.h.
#include "proc/handles/handle_table.h"

#include <algorithm>

namespace mobius::proc {

HandleTable::~HandleTable() {
  close_all();
  for (uint32_t i = 0; i < capacity_; ++i) entries_[i].~Entry();
  heap_.free(entries_, capacity_ * sizeof(Entry));
}

Result<void> HandleTable::grow() {
  if (capacity_ == kMaxHandles) return Failure(Error::TooManyHandles);
  const uint32_t capacity = capacity_ == 0 ? 16 : capacity_ * 2;
  auto* entries = static_cast<Entry*>(TRY(heap_.allocate(capacity * sizeof(Entry))));
  // From here on nothing fails.
  for (uint32_t i = 0; i < capacity; ++i) new (&entries[i]) Entry;
  for (uint32_t i = 0; i < capacity_; ++i) {
    entries[i] = std::move(entries_[i]);
    entries_[i].~Entry();
  }
  heap_.free(entries_, capacity_ * sizeof(Entry));
  entries_ = entries;
  capacity_ = capacity;
  return {};
}

Result<Handle> HandleTable::add(Ref<KernelObject> object, Rights rights) {
  uint32_t at = first_free_;
  while (at < capacity_ && entries_[at].object) ++at;
  if (at == capacity_) TRY(grow());
  entries_[at] = Entry{std::move(object), rights};
  first_free_ = at + 1;
  ++open_;
  return at + 1;
}

Result<HandleTable::Entry*> HandleTable::find(Handle handle) {
  const uint32_t at = handle - 1;  // 0 wraps to a number no table has
  if (at >= capacity_ || !entries_[at].object) return Failure(Error::BadHandle);
  return &entries_[at];
}

Result<void> HandleTable::close(Handle handle) {
  Entry* entry = TRY(find(handle));
  first_free_ = std::min(first_free_, handle - 1);
  --open_;
  // Out of the table first: the object's end must not find itself still named here.
  Ref<KernelObject> last = std::move(entry->object);
  return {};
}

void HandleTable::close_all() {
  for (uint32_t i = 0; i < capacity_; ++i) {
    if (entries_[i].object) (void)close(i + 1);
  }
}

}  // namespace mobius::proc
