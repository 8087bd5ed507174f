// The docs tell of what exists: names in backticks are in the source, links lead somewhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

#include "structure/source_tree.h"

namespace mobius::structure {
namespace {

bool is_doc(const SourceFile& f) {
  return f.has_ending(".md");
}
// The book: docs/ and what lies at the root.
bool is_in_book(const SourceFile& f) {
  return is_doc(f) && (f.under("docs") || f.path.find('/') == std::string::npos);
}

// Fenced code blocks blanked: what is in them is for a terminal or a compiler.
std::string prose_of(std::string_view text) {
  std::string prose;
  bool fenced = false;
  for (std::string_view line : lines_of(text)) {
    const bool fence = line.find("```") != std::string_view::npos;
    if (!fenced && !fence) prose += line;
    prose += '\n';
    fenced = fenced != fence;
  }
  return prose;
}

std::vector<std::string> backticked(std::string_view prose) {
  std::vector<std::string> found;
  for (size_t at = 0; (at = prose.find('`', at)) != std::string_view::npos;) {
    const size_t end = prose.find('`', at + 1);
    if (end == std::string_view::npos) break;
    found.emplace_back(prose.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return found;
}

bool is_identifier(std::string_view s) {
  return !s.empty() && !std::isdigit(static_cast<unsigned char>(s.front())) &&
         words_of(s).size() == 1 && words_of(s).front() == s;
}

// What a backticked text classes to exist: "mm::Class::member()" its last part, "a/b.h" a path.
enum class FrameClass { None, Name, Path };
FrameClass class_of(std::string& text) {
  if (text.ends_with("()")) text.resize(text.size() - 2);
  if (const size_t colons = text.rfind("::"); colons != std::string::npos)
    text.erase(0, colons + 2);
  if (is_identifier(text)) return FrameClass::Name;
  const bool plain = text.find_first_of(" <>{}()=*$|~\\\"'") == std::string::npos;
  const bool relative = !text.empty() && text.front() != '/' && text.front() != '-';
  const bool has_folder =
      text.find('/') != std::string::npos && text.find("//") == std::string::npos;
  return plain && relative && has_folder ? FrameClass::Path : FrameClass::None;
}

const std::set<std::string, std::less<>>& source_words() {
  static const auto words = [] {
    std::set<std::string, std::less<>> all;
    for (const SourceFile& f : source_tree()) {
      if (is_doc(f)) continue;
      for (std::string_view w : words_of(f.path)) all.emplace(w);
      for (std::string_view w : words_of(f.text)) all.emplace(w);
    }
    return all;
  }();
  return words;
}

bool path_exists(const std::string& path) {
  return exists_in_tree(path) || exists_in_tree("kernel/" + path) || exists_in_tree("docs/" + path);
}

bool claim_holds(std::string text) {
  switch (class_of(text)) {
    case FrameClass::None:
      return true;
    case FrameClass::Name:
      return source_words().contains(text);
    case FrameClass::Path:
      return path_exists(text);
  }
  return false;
}

TEST(Docs, NamesInBackticksExist) {
  for (const SourceFile& f : source_tree()) {
    if (!is_in_book(f)) continue;
    for (const std::string& text : backticked(prose_of(f.text))) {
      EXPECT_TRUE(claim_holds(text)) << f.path << ": `" << text << "` is nowhere in the source";
    }
  }
}

TEST(Docs, NamesThatDoNotExistAreNoticed) {
  const std::string nowhere = std::string("no_such") + "_name_anywhere";
  EXPECT_FALSE(claim_holds(nowhere));
  EXPECT_FALSE(claim_holds("mm::" + nowhere + "()"));
  EXPECT_FALSE(claim_holds("kernel/mm/" + nowhere + ".cpp"));
  EXPECT_TRUE(claim_holds("functions_of()"));
  EXPECT_TRUE(claim_holds("bootinfo/memory_map.h"));
  EXPECT_TRUE(claim_holds("some --command with words"));
  EXPECT_EQ(backticked(prose_of("a `b` c\n```\n`x`\n```\n`d e` f")),
            (std::vector<std::string>{"b", "d e"}));
}

std::vector<std::string> links_of(std::string_view prose) {
  std::vector<std::string> links;
  for (size_t at = 0; (at = prose.find("](", at)) != std::string_view::npos;) {
    at += 2;
    links.emplace_back(prose.substr(at, prose.find(')', at) - at));
  }
  return links;
}

// A heading's anchor: small letters, digits, hyphens.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (char c : heading) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) || c == '_' || c == '-') anchor += static_cast<char>(std::tolower(u));
    if (c == ' ') anchor += '-';
  }
  return anchor;
}

// In a document a heading; in a source file a name (or a line, L12) that is there.
bool has_anchor(const SourceFile& f, const std::string& anchor) {
  if (is_doc(f)) {
    const std::string prose = prose_of(f.text);
    return std::ranges::any_of(lines_of(prose), [&](std::string_view line) {
      if (!line.starts_with('#')) return false;
      line.remove_prefix(std::min(line.find_first_not_of('#'), line.size()));
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      return anchor_of(line) == anchor;
    });
  }
  if (anchor.size() > 1 && anchor[0] == 'L' &&
      std::isdigit(static_cast<unsigned char>(anchor[1]))) {
    return std::stoul(anchor.substr(1)) <= lines_of(f.text).size();
  }
  const auto words = words_of(f.text);
  return std::ranges::find(words, anchor) != words.end();
}

bool link_leads_somewhere(const std::string& from, const std::string& link) {
  if (link.find("://") != std::string::npos || link.starts_with("mailto:")) return true;
  const size_t hash = std::min(link.find('#'), link.size());
  const auto target = std::filesystem::path(from).parent_path() / link.substr(0, hash);
  const std::string path = hash == 0 ? from : target.lexically_normal().generic_string();
  if (path.starts_with("..") || !exists_in_tree(path)) return false;
  if (hash == link.size()) return true;
  const auto& tree = source_tree();
  const auto file = std::ranges::find(tree, path, &SourceFile::path);
  return file != tree.end() && has_anchor(*file, link.substr(hash + 1));
}

TEST(Docs, LinksLeadSomewhere) {
  for (const SourceFile& f : source_tree()) {
    if (!is_doc(f)) continue;
    for (const std::string& link : links_of(prose_of(f.text))) {
      EXPECT_TRUE(link_leads_somewhere(f.path, link)) << f.path << ": " << link;
    }
  }
}

TEST(Docs, LinksThatLeadNowhereAreNoticed) {
  const std::string from = "docs/any.md";
  EXPECT_TRUE(link_leads_somewhere(from, "../kernel/bootinfo/memory_map.h"));
  EXPECT_TRUE(link_leads_somewhere(from, "../kernel/bootinfo/memory_map.h#usable_frames"));
  EXPECT_TRUE(link_leads_somewhere(from, "../kernel/bootinfo/memory_map.h#L20"));
  EXPECT_TRUE(link_leads_somewhere(from, "https://example.org/x"));
  EXPECT_FALSE(link_leads_somewhere(from, "../kernel/bootinfo/memory_map.hh"));
  EXPECT_FALSE(link_leads_somewhere(from, "../kernel/bootinfo/memory_map.h#no_such"));
  EXPECT_FALSE(link_leads_somewhere(from, "../kernel/bootinfo/memory_map.h#L2000"));
  EXPECT_FALSE(link_leads_somewhere(from, "../../outside.md"));
  EXPECT_EQ(anchor_of("The Life of a `page` (1)"), "the-life-of-a-page-1");
  EXPECT_TRUE(has_anchor({"a.md", "# Title\n\n## Two words\n"}, "two-words"));
  EXPECT_FALSE(has_anchor({"a.md", "# Title\n\nTwo words\n"}, "two-words"));
}

}  // namespace
}  // namespace mobius::structure
