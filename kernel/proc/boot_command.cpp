// Parsing of /boot/init.cmd: see boot_command.h.
#include "proc/boot_command.h"

namespace mobius::proc {
namespace {

// Takes one line off `text`; an argument may be an empty line, but the last line's end is no line.
std::optional<std::string_view> take_line(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

BootCommand::BootCommand(std::string_view text) {
  const auto kind = take_line(text);
  if (!kind || *kind == "shell" || *kind == "commands") return;
  const auto path = *kind == "program" ? take_line(text) : std::nullopt;
  valid_ = path && !path->empty();
  if (!valid_) return;
  path_ = *path;
  rest_ = text;
}

std::optional<std::string_view> BootCommand::next_argument() { return take_line(rest_); }

}  // namespace mobius::proc
