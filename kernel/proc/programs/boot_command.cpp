// Parsing of /boot/init.cmd: see boot_command.h.
#include "proc/programs/boot_command.h"

#include <algorithm>

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

constexpr std::string_view kVariable = "env ";

// Of a line that begins as one: whether NAME=VALUE follows.
bool is_variable(std::string_view line) {
  const size_t sign = line.find('=');
  return sign != std::string_view::npos && sign > kVariable.size();
}

}  // namespace

BootCommand::BootCommand(std::string_view text) {
  constexpr std::string_view kProgram = "program";
  variables_ = text;
  while (text.starts_with(kVariable)) valid_ &= is_variable(*take_line(text));
  variables_.remove_suffix(text.size());
  if (!valid_) return;
  const auto kind = take_line(text);
  if (!kind || *kind == "shell" || *kind == "commands") return;
  const bool program =
      kind->starts_with(kProgram) && take_privileges(kind->substr(kProgram.size()));
  const auto path = program ? take_line(text) : std::nullopt;
  valid_ = path && !path->empty();
  if (!valid_) return;
  path_ = *path;
  rest_ = text;
}

// `names`: each with a space before it. Whether all are known.
bool BootCommand::take_privileges(std::string_view names) {
  while (!names.empty()) {
    if (names.front() != ' ') return false;
    names.remove_prefix(1);
    const size_t end = std::min(names.find(' '), names.size());
    const auto privilege = Privileges::find(names.substr(0, end));
    if (!privilege) return false;
    privileges_ = privileges_.with(*privilege);
    names.remove_prefix(end);
  }
  return true;
}

std::optional<std::string_view> BootCommand::next_variable() {
  auto line = take_line(variables_);
  if (line) line->remove_prefix(kVariable.size());
  return line;
}

std::optional<std::string_view> BootCommand::next_argument() { return take_line(rest_); }

}  // namespace mobius::proc
