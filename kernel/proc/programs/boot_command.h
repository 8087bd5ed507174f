// BootCommand: what /boot/init.cmd on the CD asks for: which program is the init process.
//
//   lines `env NAME=VALUE`  variables of the init process; they come first
//   then a line `program`, followed by the names of privileges, such as `program check swap`:
//     the following lines are a path and its arguments, one a line
//   or `shell`, `commands`  /bin/shell.exe, which reads the file itself; so too without a file
#pragma once

#include <optional>
#include <string_view>

#include "proc/programs/privileges.h"

namespace mobius::proc {

inline constexpr std::string_view kBootCommandPath = "/boot/init.cmd";
inline constexpr std::string_view kShellPath = "/bin/shell.exe";

class BootCommand {
 public:
  // `text` is the file's content (empty: there is none) and outlives this.
  explicit BootCommand(std::string_view text);

  // False: an unknown line or privilege, or no program named.
  bool valid() const { return valid_; }
  std::string_view path() const { return path_; }
  // The shell's: all; another program's: those named, and the console, which it has to itself.
  Privileges privileges() const { return path_ == kShellPath ? Privileges::all() : privileges_; }
  // The variables, as NAME=VALUE, one after another; nothing at the end.
  std::optional<std::string_view> next_variable();
  // The arguments after argv[0], one after another; nothing at the end.
  std::optional<std::string_view> next_argument();

 private:
  bool take_privileges(std::string_view names);

  bool valid_ = true;
  Privileges privileges_ = Privilege::Console;
  std::string_view path_ = kShellPath;
  std::string_view variables_;  // the lines that say so
  std::string_view rest_;
};

}  // namespace mobius::proc
