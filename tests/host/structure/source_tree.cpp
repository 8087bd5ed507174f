#include "structure/source_tree.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace mobius::structure {
namespace {

namespace fs = std::filesystem;

bool is_skipped_folder(const std::string& name) {
  return name.starts_with("build") || name == "__pycache__" || name == ".git" || name == ".cache";
}

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<SourceFile> read_tree() {
  const fs::path root = MOBIUS_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::end(it); ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory() && is_skipped_folder(name)) it.disable_recursion_pending();
    if (!it->is_regular_file() || it->is_symlink() || name == ".git") continue;
    std::string text = read_text(it->path());
    if (text.find('\0') != std::string::npos) continue;  // not text
    files.push_back({fs::relative(it->path(), root).generic_string(), std::move(text)});
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// Blanks [from, to) but for its line ends.
void blank(std::string& text, size_t from, size_t to) {
  for (size_t i = from; i < std::min(to, text.size()); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

// The end of a line that may go on behind backslashes.
size_t end_of_directive(std::string_view text, size_t at) {
  while (at < text.size() && (text[at] != '\n' || text[at - 1] == '\\')) ++at;
  return at;
}

// Behind the literal that begins with the quote at `at`.
size_t end_of_literal(std::string_view text, size_t at) {
  const char quote = text[at];
  for (size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote || text[i] == '\n') {
      return i + 1;
    }
  }
  return text.size();
}

size_t end_of_raw_string(std::string_view text, size_t quote) {
  const size_t open = text.find('(', quote);
  if (open == std::string_view::npos) return text.size();
  const std::string close = ")" + std::string(text.substr(quote + 1, open - quote - 1)) + "\"";
  const size_t end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

// A quote between digits separates them: 100'000.
bool separates_digits(std::string_view text, size_t at) {
  return text[at] == '\'' && at > 0 && std::isxdigit(static_cast<unsigned char>(text[at - 1])) &&
         at + 1 < text.size() && std::isxdigit(static_cast<unsigned char>(text[at + 1]));
}

}  // namespace

bool SourceFile::under(std::string_view folder) const {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

bool SourceFile::is_source() const {
  constexpr std::array kEndings{".h", ".c", ".cpp", ".asm", ".S"};
  return std::ranges::any_of(kEndings, [&](const char* e) { return has_ending(e); });
}

const std::vector<SourceFile>& source_tree() {
  static const std::vector<SourceFile> files = read_tree();
  return files;
}

bool exists_in_tree(const std::string& path) {
  return fs::exists(MOBIUS_SOURCE_DIR "/" + path);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + (end == at);
  }
  return words;
}

std::string code_only(std::string_view text) {
  std::string code(text);
  bool line_begins = true;
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    const char c = text[at];
    if (text.substr(at, 2) == "//") {
      end = std::min(text.find('\n', at), text.size());
      blank(code, at, end);
    } else if (text.substr(at, 2) == "/*") {
      end = std::min(text.find("*/", at), text.size() - 2) + 2;
      blank(code, at, end);
    } else if (c == '#' && line_begins) {
      end = end_of_directive(text, at);
      blank(code, at, end);
    } else if (c == '"' && at > 0 && text[at - 1] == 'R') {
      end = end_of_raw_string(text, at);
      blank(code, at + 1, end - 1);
    } else if (c == '"' || (c == '\'' && !separates_digits(text, at))) {
      end = end_of_literal(text, at);
      blank(code, at + 1, end - 1);
    }
    line_begins = c == '\n' || (line_begins && std::isspace(static_cast<unsigned char>(c)));
    at = end;
  }
  return code;
}

}  // namespace mobius::structure
