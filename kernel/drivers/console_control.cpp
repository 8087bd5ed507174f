// The runner's control line: see console_control.h.
#include "drivers/console_control.h"

#include <charconv>
#include <string_view>
#include <utility>

namespace mobius::drivers {
namespace {

constexpr std::pair<std::string_view, ConsoleControl::Word> kWords[] = {
    {"eof ", ConsoleControl::Word::Eof}, {"interrupt ", ConsoleControl::Word::Interrupt}};

}  // namespace

std::optional<ConsoleControl::Message> ConsoleControl::receive(uint8_t byte) {
  if (byte != '\n') {
    if (size_ < kMaxLine) line_[size_] = static_cast<char>(byte);
    if (size_ <= kMaxLine) ++size_;
    return std::nullopt;
  }
  const unsigned size = std::exchange(size_, 0);
  if (size > kMaxLine) return std::nullopt;
  std::string_view line(line_, size);
  if (line.ends_with('\r')) line.remove_suffix(1);
  for (const auto& [name, word] : kWords) {
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), bytes);
    if (error != std::errc{} || end != line.data() + line.size()) return std::nullopt;
    return Message{word, bytes};
  }
  return std::nullopt;
}

}  // namespace mobius::drivers
