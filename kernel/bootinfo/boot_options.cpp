// The command line's words: see boot_options.h.
#include "bootinfo/boot_options.h"

#include "base/text.h"

namespace mobius::bootinfo {
namespace {

// The names with bars between them.
constexpr std::string_view kPolicies = std::string_view(
#define POLICY(name, make) "|" name
#include "mm/replacement/policies.def"
#undef POLICY
    ).substr(1);

constexpr BootOption kOptions[] = {
#define OPTION(name, values, help) {name, values, help},
#include "bootinfo/boot_options.def"
#undef OPTION
};

constexpr std::string_view kNumber = "N";
constexpr uint32_t kMaxNumber = 100'000'000;

// Takes what stands before the first `mark` off `text`, and the mark.
std::string_view take_until(std::string_view& text, char mark) {
  const size_t end = text.find(mark);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

// Calls f(word) for each word, until it returns true; whether it did.
template <typename F>
bool any_word(std::string_view line, F&& f) {
  while (!line.empty()) {
    const std::string_view word = take_until(line, ' ');
    if (!word.empty() && f(word)) return true;
  }
  return false;
}

// 0 where it is none, or too big.
uint32_t number_of(std::string_view digits) {
  uint32_t number = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + static_cast<uint32_t>(c - '0');
    if (number > kMaxNumber) return 0;
  }
  return number;
}

bool takes_value(const BootOption& option) {
  return option.name.ends_with('=');
}

const BootOption* find_option(std::string_view word) {
  for (const BootOption& option : kOptions) {
    if (takes_value(option) ? word.starts_with(option.name) : word == option.name) return &option;
  }
  return nullptr;
}

bool is_possible(const BootOption& option, std::string_view value) {
  if (!takes_value(option)) return true;
  if (option.values == kNumber) return number_of(value) != 0;
  std::string_view rest = option.values;
  while (!rest.empty()) {
    if (take_until(rest, '|') == value) return true;
  }
  return false;
}

}  // namespace

std::span<const BootOption> boot_options() {
  return kOptions;
}

std::optional<BadOption> find_bad_option(std::string_view command_line) {
  std::optional<BadOption> bad;
  bool given[std::size(kOptions)] = {};
  bool is_first = true;
  any_word(command_line, [&](std::string_view word) {
    const bool is_path = is_first && word.find('/') != std::string_view::npos;
    is_first = false;
    if (is_path) return false;
    const BootOption* option = find_option(word);
    if (option == nullptr) {
      bad = BadOption{OptionFault::Unknown, word, nullptr};
    } else if (!is_possible(*option, word.substr(option->name.size()))) {
      bad = BadOption{OptionFault::BadValue, word, option};
    } else if (given[option - kOptions]) {
      bad = BadOption{OptionFault::Twice, word, option};
    } else {
      given[option - kOptions] = true;
    }
    return bad.has_value();
  });
  return bad;
}

void explain(const BadOption& bad, TextWriter& out) {
  switch (bad.fault) {
    case OptionFault::Unknown:
      out.add("unknown kernel option '").add(bad.word).add("'");
      break;
    case OptionFault::BadValue:
      out.add("kernel option '").add(bad.word).add("': possible are ").add(bad.option->name);
      out.add(bad.option->values);
      break;
    case OptionFault::Twice:
      out.add("kernel option '").add(bad.word).add("' after another ").add(bad.option->name);
      break;
  }
}

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

uint32_t option_number(std::string_view command_line, std::string_view name) {
  return number_of(option_value(command_line, name));
}

}  // namespace mobius::bootinfo
