// The ratchet: how long a line, a function and a file may be, how much a class may declare and a
// folder hold, and what has no place in which folder.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "structure/classes.h"
#include "structure/functions.h"
#include "structure/source_tree.h"

namespace mobius::structure {
namespace {

constexpr unsigned kMaxColumns = 100;
constexpr unsigned kMaxFunctionLines = 50;
constexpr unsigned kMaxHeaderLines = 150;
constexpr unsigned kMaxFileLines = 300;
constexpr unsigned kMaxTestFileLines = 400;
constexpr unsigned kMaxDeclarations = 30;  // of a class
constexpr size_t kMaxFilesInAFolder = 20;  // of the kernel

bool is_ours(const SourceFile& f) {
  constexpr std::array kFolders{"kernel", "libc", "user", "boot", "tests", "examples"};
  return f.is_source() &&
         std::ranges::any_of(kFolders, [&](auto folder) { return f.under(folder); });
}
bool is_cpp(const SourceFile& f) {
  return f.has_ending(".h") || f.has_ending(".c") || f.has_ending(".cpp");
}
unsigned max_lines(const SourceFile& f) {
  if (f.under("tests")) return kMaxTestFileLines;
  return f.is_header() ? kMaxHeaderLines : kMaxFileLines;
}

// Those that are still to be made rooms of, and one with the parts of a PC.
bool may_be_large(const std::string& folder) {
  return folder == "kernel/mm" || folder == "kernel/arch/i386" || folder == "kernel/drivers";
}

unsigned columns(std::string_view line) {
  return static_cast<unsigned>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

TEST(Ratchet, LinesAreNotLong) {
  for (const SourceFile& f : source_tree()) {
    if (!is_ours(f)) continue;
    unsigned number = 0;
    for (std::string_view line : lines_of(f.text)) {
      ++number;
      EXPECT_LE(columns(line), kMaxColumns) << f.path << ":" << number;
    }
  }
}

TEST(Ratchet, FilesAreNotLong) {
  for (const SourceFile& f : source_tree()) {
    if (is_ours(f)) {
      EXPECT_LE(lines_of(f.text).size(), max_lines(f)) << f.path;
    }
  }
}

TEST(Ratchet, FoldersOfTheKernelHoldFewFiles) {
  std::map<std::string, size_t> files;
  for (const SourceFile& f : source_tree()) {
    if (f.under("kernel")) ++files[f.path.substr(0, f.path.rfind('/'))];
  }
  for (const auto& [folder, count] : files) {
    if (!may_be_large(folder)) {
      EXPECT_LE(count, kMaxFilesInAFolder) << folder;
    }
  }
  EXPECT_GT(files.size(), 10u);
}

TEST(Ratchet, FunctionsAreNotLong) {
  size_t functions = 0;
  for (const SourceFile& f : source_tree()) {
    if (!is_ours(f) || !is_cpp(f)) continue;
    for (const Function& function : functions_of(f.text)) {
      ++functions;
      EXPECT_LE(function.lines(), kMaxFunctionLines)
          << f.path << ":" << function.first_line << ": " << function.head;
    }
  }
  EXPECT_GT(functions, 500u);  // or the counter has gone blind
}

TEST(Ratchet, ClassesAreNotLarge) {
  std::map<std::string, unsigned> found;
  size_t classes = 0;
  for (const SourceFile& f : source_tree()) {
    if (!is_ours(f) || !is_cpp(f)) continue;
    for (const Class& c : classes_of(f.text)) {
      ++classes;
      unsigned& most = found[c.name];
      most = std::max(most, c.declarations);
    }
  }
  for (const auto& [name, declarations] : found) {
    EXPECT_LE(declarations, kMaxDeclarations) << name << " declares too much: it wants to be split";
  }
  EXPECT_GT(classes, 400u);  // or the counter has gone blind
}

// The subject of a comment is the thing in code, and a number is `n` (CONTRIBUTING.md).
TEST(Ratchet, CommentsOfTheKernelHaveNoRiddles) {
  for (const SourceFile& f : source_tree()) {
    if (!f.under("kernel")) continue;
    std::string text(f.text);
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const char* riddle : {"whoever", "whomever", "so many", "so much", "in vain",
                               "for want of", "all the same"}) {
      EXPECT_EQ(text.find(riddle), std::string::npos) << f.path << ": \"" << riddle << '"';
    }
  }
}

TEST(Ratchet, NoTabsNoTrailingSpacesOneLastLineEnd) {
  for (const SourceFile& f : source_tree()) {
    if (!is_ours(f)) continue;
    EXPECT_EQ(f.text.find('\t'), std::string::npos) << f.path;
    EXPECT_EQ(f.text.find(" \n"), std::string::npos) << f.path;
    EXPECT_TRUE(f.text.ends_with('\n') && !f.text.ends_with("\n\n")) << f.path;
  }
}

// The headers shared with C programs have guards, so that any compiler may read them.
TEST(Ratchet, HeadersAreReadOnce) {
  for (const SourceFile& f : source_tree()) {
    if (!f.is_header() || !is_ours(f)) continue;
    const bool pragma = f.text.find("#pragma once\n") != std::string::npos;
    const bool guard = f.text.find("\n#ifndef ") != std::string::npos;
    const bool for_c = f.under("kernel/abi") || f.under("libc") || f.under("user");
    EXPECT_TRUE(pragma || (for_c && guard)) << f.path;
  }
}

bool has_word(std::string_view text, std::string_view word) {
  const auto words = words_of(text);
  return std::ranges::find(words, word) != words.end();
}

// One memory manager for all worlds: where a condition seems needed, a port is missing.
TEST(Ratchet, TheMemoryManagerHasNoConditionsAndNoAssembly) {
  size_t files = 0;
  for (const SourceFile& f : source_tree()) {
    if (!f.under("kernel/mm") || !f.is_source()) continue;
    ++files;
    EXPECT_FALSE(f.has_ending(".asm") || f.has_ending(".S")) << f.path;
    for (std::string_view line : lines_of(f.text)) {
      EXPECT_FALSE(line.starts_with("#if") || line.starts_with("#el")) << f.path << ": " << line;
    }
    const std::string code = code_only(f.text);
    for (const char* word : {"asm", "__asm__", "__asm", "volatile"}) {
      EXPECT_FALSE(has_word(code, word)) << f.path << ": " << word;
    }
  }
  EXPECT_GT(files, 20u);
}

// Instructions of the processor are in the folder that has its name.
TEST(Ratchet, AssemblyIsInTheArchitectureAlone) {
  size_t files = 0;
  for (const SourceFile& f : source_tree()) {
    if (!f.under("kernel") || !f.is_source()) continue;
    const std::string code = code_only(f.text);
    if (!f.has_ending(".asm") && !has_word(code, "asm") && !has_word(code, "__asm__")) continue;
    ++files;
    EXPECT_TRUE(f.under("kernel/arch")) << f.path;
  }
  EXPECT_GT(files, 5u);
}

TEST(Ratchet, NothingInTheKernelThrowsOrAsksForTypes) {
  for (const SourceFile& f : source_tree()) {
    if (!f.under("kernel") || !is_cpp(f)) continue;
    const std::string code = code_only(f.text);
    for (const char* word : {"throw", "try", "catch", "dynamic_cast", "typeid"}) {
      EXPECT_FALSE(has_word(code, word)) << f.path << ": " << word;
    }
  }
}

// What this is, where it stands, what it keeps: the reader's first lines.
TEST(Ratchet, EverySourceFileBeginsWithAComment) {
  for (const SourceFile& f : source_tree()) {
    if (!is_ours(f)) continue;
    const bool comment = f.text.starts_with("//") || f.text.starts_with("/*") ||
                         f.text.starts_with(";") || f.text.starts_with("#");
    EXPECT_TRUE(comment) << f.path;
  }
}

}  // namespace
}  // namespace mobius::structure
