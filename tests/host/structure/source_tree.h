// The source tree as the structure tests see it: its files, their lines, and C++ text with all that
// is not code blanked out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mobius::structure {

struct SourceFile {
  std::string path;  // relative to the tree's root, with '/'
  std::string text;

  bool under(std::string_view folder) const;  // "kernel/mm" holds "kernel/mm/a.h"
  bool has_ending(std::string_view ending) const { return path.ends_with(ending); }
  bool is_header() const { return has_ending(".h"); }
  // C, C++ or assembly source.
  bool is_source() const;
};

// Every text file of the repository, by path; build directories and what tools keep is left out.
const std::vector<SourceFile>& source_tree();
bool exists_in_tree(const std::string& path);  // a file or a folder

std::vector<std::string_view> lines_of(std::string_view text);
std::vector<std::string_view> words_of(std::string_view text);  // identifiers

// `text` with comments, the contents of literals and preprocessor lines replaced by spaces: same
// length, same lines.
std::string code_only(std::string_view text);

}  // namespace mobius::structure
