// Physical memory that is there from kStart on, as long as the bytes behind it; all else refuses to
// be read.
#pragma once

#include <cstring>
#include <span>

#include "bootinfo/multiboot_info.h"

namespace mobius::test {

class PhysicalSpan final : public bootinfo::PhysicalBytes {
 public:
  static constexpr uint64_t kStart = 0x10000;
  explicit PhysicalSpan(std::span<const std::byte> bytes) : bytes_(bytes) {}

  Result<void> read(PhysAddr from, std::span<std::byte> into) const override {
    const auto address = static_cast<uint64_t>(from);
    if (address < kStart || into.size() > bytes_.size() ||
        address - kStart > bytes_.size() - into.size()) {
      return Failure(Error::BadAddress);
    }
    std::memcpy(into.data(), bytes_.data() + (address - kStart), into.size());
    return {};
  }

 private:
  const std::span<const std::byte> bytes_;
};

}  // namespace mobius::test
