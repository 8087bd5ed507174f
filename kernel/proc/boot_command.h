// BootCommand: what /boot/init.cmd on the CD asks for: which program is the init process.
//
//   first line `program`: the following lines are a path and its arguments, one a line
//   first line `shell` or `commands`, or no file: /bin/shell.exe, which reads the file itself
#pragma once

#include <optional>
#include <string_view>

namespace mobius::proc {

inline constexpr std::string_view kBootCommandPath = "/boot/init.cmd";
inline constexpr std::string_view kShellPath = "/bin/shell.exe";

class BootCommand {
 public:
  // `text` is the file's content (empty: there is none) and outlives this.
  explicit BootCommand(std::string_view text);

  bool valid() const { return valid_; }  // false: an unknown first line, or no program named
  std::string_view path() const { return path_; }
  // The arguments after argv[0], one after another; nothing at the end.
  std::optional<std::string_view> next_argument();

 private:
  bool valid_ = true;
  std::string_view path_ = kShellPath;
  std::string_view rest_;
};

}  // namespace mobius::proc
