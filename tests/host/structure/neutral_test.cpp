// The repository speaks of the system, not of who built it where: it stands alone on any machine.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "structure/source_tree.h"

namespace mobius::structure {
namespace {

// Put together here, so that this file passes its own test.
const std::vector<std::string>& foreign_words() {
  static const std::vector<std::string> words{
      std::string("age") + "nt",    std::string("age") + "nts", std::string("sess") + "ion",
      std::string("sess") + "ions", std::string("l") + "lm",    std::string("chat") + "bot"};
  return words;
}
const std::vector<std::string>& foreign_paths() {
  static const std::vector<std::string> paths{
      std::string("/wo") + "rk/", std::string("/ho") + "me/", std::string("/ro") + "ot/",
      std::string("/Us") + "ers/"};
  return paths;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// A path of this machine begins a word: "/a/b", not "x/a/b".
bool names_machine_path(std::string_view line) {
  for (const std::string& path : foreign_paths()) {
    for (size_t at = 0; (at = line.find(path, at)) != std::string_view::npos; ++at) {
      const char before = at == 0 ? ' ' : line[at - 1];
      if (!std::isalnum(static_cast<unsigned char>(before)) && before != '}' && before != '.') {
        return true;
      }
    }
  }
  return false;
}

bool has_foreign_word(std::string_view line) {
  const std::string small = lower(line);
  return std::ranges::any_of(words_of(small), [](std::string_view word) {
    return std::ranges::find(foreign_words(), word) != foreign_words().end();
  });
}

TEST(Neutral, NothingTellsOfTheWorkplace) {
  for (const SourceFile& f : source_tree()) {
    unsigned number = 0;
    for (std::string_view line : lines_of(f.text)) {
      ++number;
      EXPECT_FALSE(names_machine_path(line)) << f.path << ":" << number << ": " << line;
      EXPECT_FALSE(has_foreign_word(line)) << f.path << ":" << number << ": " << line;
    }
  }
}

TEST(Neutral, WhatTellsOfItIsNoticed) {
  EXPECT_TRUE(names_machine_path("cd " + foreign_paths()[0] + "x"));
  EXPECT_TRUE(names_machine_path("\"" + foreign_paths()[1] + "x\""));
  EXPECT_FALSE(names_machine_path("frame" + foreign_paths()[0] + "x"));
  EXPECT_TRUE(has_foreign_word("An " + lower("AGE") + "nt's notes"));
  EXPECT_FALSE(has_foreign_word("reagents possess ions"));
}

}  // namespace
}  // namespace mobius::structure
