// What the book draws and lists is what the code has: the moves of a page, the words of the
// glossary, the ports.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "mm/objects/page_slot.h"
#include "structure/source_tree.h"

namespace mobius::structure {
namespace {

using mm::PageSlot;
using mm::SlotKind;

const std::string& text_of(std::string_view path) {
  static const std::string kNothing;
  const auto& tree = source_tree();
  const auto file = std::ranges::find(tree, path, &SourceFile::path);
  return file == tree.end() ? kNothing : file->text;
}

// The names of an enum, in order, as a header has them.
std::vector<std::string> names_of_enum(std::string_view header, std::string_view name) {
  const std::string code = code_only(header);
  const size_t at = code.find("enum class " + std::string(name) + " ");
  if (at == std::string::npos) return {};
  const size_t open = code.find('{', at), close = code.find('}', open);
  std::vector<std::string> names;
  for (std::string_view word : words_of(std::string_view(code).substr(open, close - open))) {
    if (std::isupper(static_cast<unsigned char>(word.front()))) names.emplace_back(word);
  }
  return names;
}

std::vector<std::string> slot_kinds() {
  return names_of_enum(text_of("kernel/mm/objects/page_slot.h"), "SlotKind");
}

// ---- the moves of a page ----

struct Moves {
  std::set<std::string> numbers;                          // of the table's rows
  std::set<std::pair<std::string, std::string>> of_pages;  // from, to
};

// The cells of a row of a table, without blanks around them.
std::vector<std::string> cells_of(std::string_view row) {
  std::vector<std::string> cells;
  for (size_t at = 1; at < row.size();) {
    const size_t end = std::min(row.find('|', at), row.size());
    std::string_view cell = row.substr(at, end - at);
    while (cell.starts_with(' ')) cell.remove_prefix(1);
    while (cell.ends_with(' ')) cell.remove_suffix(1);
    cells.emplace_back(cell);
    at = end + 1;
  }
  return cells;
}

// What stands behind a mark such as <!-- moves table -->, to the next heading or mark.
std::string_view behind_mark(std::string_view doc, std::string_view name) {
  const std::string mark = "<!-- " + std::string(name) + " -->";
  const size_t at = doc.find(mark);
  if (at == std::string_view::npos) return {};
  doc.remove_prefix(at + mark.size());
  return doc.substr(0, std::min({doc.find("\n#"), doc.find("<!--"), doc.size()}));
}

Moves moves_in_table(std::string_view table) {
  Moves moves;
  for (std::string_view line : lines_of(table)) {
    if (!line.starts_with("| ") || line.starts_with("| n |")) continue;
    const auto cells = cells_of(line);
    EXPECT_GE(cells.size(), 5u) << line;
    EXPECT_TRUE(moves.numbers.insert(cells[0]).second) << line;
    EXPECT_TRUE(moves.of_pages.insert({cells[1], cells[2]}).second) << line;
  }
  return moves;
}

Moves moves_in_code() {
  Moves moves;
  const auto kinds = slot_kinds();
  for (size_t from = 0; from < kinds.size(); ++from) {
    for (size_t to = 0; to < kinds.size(); ++to) {
      if (!PageSlot::may_move(SlotKind(from), SlotKind(to))) continue;
      moves.of_pages.insert({kinds[from], kinds[to]});
      moves.numbers.insert(std::to_string(moves.numbers.size() + 1));
    }
  }
  return moves;
}

TEST(Book, TableOfMovesIsThatOfTheHeader) {
  ASSERT_EQ(slot_kinds().size(), 8u);
  const Moves told = moves_in_table(behind_mark(text_of("docs/page-life.md"), "moves table"));
  const Moves are = moves_in_code();
  EXPECT_EQ(told.of_pages, are.of_pages);
  EXPECT_EQ(told.numbers, are.numbers);
}

TEST(Book, FigureOfMovesHasEachStateAndEachMoveOnce) {
  const auto figure = behind_mark(text_of("docs/page-life.md"), "moves figure");
  std::multiset<std::string> drawn;
  std::string number;
  for (char c : figure) {
    if (std::isdigit(static_cast<unsigned char>(c))) {
      number += c;
    } else if (!number.empty()) {
      drawn.insert(std::exchange(number, {}));
    }
  }
  const Moves are = moves_in_code();
  EXPECT_EQ(drawn, (std::multiset<std::string>{are.numbers.begin(), are.numbers.end()}));
  const auto words = words_of(figure);
  for (const std::string& kind : slot_kinds()) {
    EXPECT_NE(std::ranges::find(words, kind), words.end()) << kind;
  }
}

TEST(Book, TablesAndMarksAreRead) {
  const std::string doc =
      "# A\n<!-- moves table -->\n| n | from | to |\n|---|\n| 1 | Empty | Zero | a | b |\n## B\n";
  const Moves moves = moves_in_table(behind_mark(doc, "moves table"));
  EXPECT_EQ(moves.of_pages, (std::set<std::pair<std::string, std::string>>{{"Empty", "Zero"}}));
  EXPECT_EQ(behind_mark(doc, "no such mark"), "");
  EXPECT_EQ(names_of_enum("enum class E : int { A, B = 2 };  // C", "E"),
            (std::vector<std::string>{"A", "B"}));
}

// ---- the words of the glossary ----

bool is_told(std::string_view text) {
  return text_of("docs/glossary.md").find(text) != std::string::npos ||
         text_of("docs/architecture.md").find(text) != std::string::npos;
}

TEST(Glossary, ExplainsEachStateOfAPage) {
  ASSERT_EQ(slot_kinds().size(), 8u);
  for (const std::string& kind : slot_kinds()) {
    EXPECT_TRUE(is_told("**" + kind + "**")) << kind;
  }
}

TEST(Glossary, ExplainsEachPageMark) {
  const auto marks = names_of_enum(text_of("kernel/mm/words/page_marks.h"), "PageMark");
  ASSERT_FALSE(marks.empty());
  for (const std::string& mark : marks) EXPECT_TRUE(is_told("**" + mark + "**")) << mark;
}

TEST(Glossary, ExplainsEachFrameClass) {
  const auto classes = names_of_enum(text_of("kernel/mm/words/frame_request.h"), "FrameClass");
  ASSERT_FALSE(classes.empty());
  for (const std::string& who : classes) EXPECT_TRUE(is_told("`FrameClass::" + who + "`")) << who;
}

TEST(Glossary, NamesEachLockRank) {
  const auto ranks = names_of_enum(text_of("kernel/base/lock.h"), "LockRank");
  ASSERT_FALSE(ranks.empty());
  for (const std::string& rank : ranks) {
    EXPECT_TRUE(is_told("`LockRank::" + rank + "`")) << rank;
  }
}

TEST(Glossary, NamesEachPort) {
  unsigned ports = 0;
  for (const SourceFile& f : source_tree()) {
    const bool in_folder = f.under("kernel/proc/ports");
    const bool has_port = f.under("kernel") && ("\n" + f.text).find("\n// Port:") != f.text.npos;
    if (!in_folder && !has_port) continue;
    ++ports;
    EXPECT_TRUE(is_told("](../" + f.path + ")")) << f.path;
  }
  EXPECT_GT(ports, 14u);
}

}  // namespace
}  // namespace mobius::structure
