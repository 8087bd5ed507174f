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

namespace {

// Calls f(word) for each word, until it returns true; whether it did.
template <typename F>
bool any_word(std::string_view line, F&& f) {
  while (!line.empty()) {
    const size_t end = line.find(' ');
    if (f(line.substr(0, end))) return true;
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  return false;
}

}  // namespace

bool has_option(std::string_view command_line, std::string_view option) {
  return any_word(command_line, [&](std::string_view word) { return word == option; });
}

std::string_view option_value(std::string_view command_line, std::string_view name) {
  std::string_view value;
  any_word(command_line, [&](std::string_view word) {
    if (!word.starts_with(name)) return false;
    value = word.substr(name.size());
    return true;
  });
  return value;
}

}  // namespace mobius::proc
