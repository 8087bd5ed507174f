// The ring of the log: see log_ring.h.
#include "drivers/log_ring.h"

#include <algorithm>

namespace mobius::drivers {

void LogRing::write(std::string_view text) {
  for (char byte : text) bytes_[end_++ % kBytes] = byte;
}

size_t LogRing::read(uint64_t& position, std::span<char> into) const {
  const uint64_t oldest = end_ > kBytes ? end_ - kBytes : 0;
  position = std::clamp(position, oldest, end_);
  const size_t count = static_cast<size_t>(std::min<uint64_t>(into.size(), end_ - position));
  for (size_t i = 0; i < count; ++i) into[i] = bytes_[position++ % kBytes];
  return count;
}

}  // namespace mobius::drivers
