// BootOptions: the words of the kernel's command line, checked against the one table of them
// (boot_options.def). What is not in it is named together with what is, and the machine ends: an
// option that does nothing would have something else measured than was meant.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace mobius {
class TextWriter;
}

namespace mobius::bootinfo {

struct BootOption {
  std::string_view name;    // with its `=` where it takes a value
  std::string_view values;  // possible ones between bars; "N": a number above 0; empty: none
  std::string_view help;
};
std::span<const BootOption> boot_options();

enum class OptionFault : uint8_t { Unknown, BadValue, Twice };
struct BadOption {
  OptionFault fault;
  std::string_view word;     // as it was given
  const BootOption* option;  // null where it is unknown
};
// The first word that cannot be meant; absent: all are good. A first word with a `/` in it is the
// kernel's own path, which some boot loaders put there.
std::optional<BadOption> find_bad_option(std::string_view command_line);

// `unknown kernel option 'polcy=fifo'`; where the option is known, its possible values, too.
void explain(const BadOption& bad, TextWriter& out);

// Whether a word of the command line is exactly `option` (`allow-panic`, `stdin=pipe`).
bool has_option(std::string_view command_line, std::string_view option);
// What follows `name` (`policy=`) in such a word; empty where there is none.
std::string_view option_value(std::string_view command_line, std::string_view name);
// The same as a number; 0 where there is none.
uint32_t option_number(std::string_view command_line, std::string_view name);

}  // namespace mobius::bootinfo
