// Numbers as the command line of the policy lab and the names of its strings hold them.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace mobius::lab {

// The number `text` is in decimal digits, 1 to 2^31 - 1. 0: it is not such a number.
inline uint32_t count_in(std::string_view text) {
  uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end && value <= 0x7FFFFFFF ? value : 0;
}

}  // namespace mobius::lab
