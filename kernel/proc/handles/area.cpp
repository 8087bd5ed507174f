// Areas and their names: see area.h.
#include "proc/handles/area.h"

#include <algorithm>

namespace mobius::proc {

void Area::give_name(std::string_view name, uint32_t maker) {
  KASSERT(name_bytes_ == 0 && !name.empty() && name.size() <= kMaxNameBytes);
  std::copy(name.begin(), name.end(), name_.begin());
  name_bytes_ = static_cast<uint8_t>(name.size());
  maker_ = maker;
  names_.add(*this);
}

// With a name it can be opened again, as long as somebody shows the block.
void Area::last_reference_gone() {
  if (name_bytes_ != 0) return let_go();
  if (rights() != Access::None) withdraw();
  memory_.heap.destroy(this);
}

void Area::object_ends() {
  names_.remove(*this);
  memory_.heap.destroy(this);
}

size_t AreaNames::bucket_of(std::string_view name) {
  uint32_t hash = 2166136261u;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return hash % kBuckets;
}

Area* AreaNames::find(std::string_view name) const {
  for (Area& area : buckets_[bucket_of(name)]) {
    if (area.name() == name) return &area;
  }
  return nullptr;
}

Result<void> AreaNames::check(std::string_view name, uint32_t maker) const {
  if (name.empty() || !is_utf8(name)) return Failure(Error::BadArgument);
  if (find(name) != nullptr) return Failure(Error::Exists);
  uint32_t has = 0;
  for (const Bucket& bucket : buckets_) {
    for (const Area& area : bucket) has += area.maker() == maker ? 1 : 0;
  }
  const bool may = has < kMostOfOne && count_ < kMost;
  return may ? Result<void>() : Failure(Error::LimitReached);
}

Result<Ref<Area>> AreaNames::open(std::string_view name) {
  Area* const area = find(name);
  if (area == nullptr) return Failure(Error::NotFound);
  if (!area->is_referenced()) area->hold();
  return Ref<Area>(area);
}

void AreaNames::add(Area& area) {
  buckets_[bucket_of(area.name())].push_back(area);
  ++count_;
}

void AreaNames::remove(Area& area) {
  buckets_[bucket_of(area.name())].remove(area);
  --count_;
}

namespace {

// How many bytes follow the first one; -1: it begins no character.
int following(uint8_t first) {
  if (first < 0x80) return 0;
  if (first >= 0xC2 && first <= 0xDF) return 1;
  if (first >= 0xE0 && first <= 0xEF) return 2;
  return first >= 0xF0 && first <= 0xF4 ? 3 : -1;
}

// Between which the second byte lies: overlong forms, surrogates and what lies above U+10FFFF are
// left out by it.
bool may_follow(uint8_t first, uint8_t second) {
  const uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  return second >= low && second <= high;
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  for (size_t i = 0; i < text.size();) {
    const int more = following(byte(i));
    if (more < 0 || text.size() - i <= static_cast<size_t>(more)) return false;
    if (more > 0 && !may_follow(byte(i), byte(i + 1))) return false;
    for (int k = 2; k <= more; ++k) {
      if ((byte(i + static_cast<size_t>(k)) & 0xC0) != 0x80) return false;
    }
    i += 1 + static_cast<size_t>(more);
  }
  return true;
}

}  // namespace mobius::proc
