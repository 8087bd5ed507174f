// Every requirement that the system classes to meet is named by a test.
#include <gtest/gtest.h>

#include <set>

#include "structure/source_tree.h"

namespace mobius::structure {
namespace {

// docs/requirements.md has these rows; R18 is not claimed yet, R26 in part.
constexpr const char* kRows[] = {"R01", "R02", "R03", "R04", "R05", "R06", "R07",
                                 "R08", "R09", "R10", "R11", "R12", "R14", "R15",
                                 "R16", "R17", "R19", "R20", "R21", "R22", "R23",
                                 "R24", "R25", "D1",  "D2",  "D3",  "D4",  "S1"};

// The rows in a test's name: R24_R25_Freed_ranges_merge names two.
std::set<std::string> rows_in(std::string_view name) {
  std::set<std::string> rows;
  for (size_t at = 0; at < name.size();) {
    const size_t end = std::min(name.find('_', at), name.size());
    const std::string_view part = name.substr(at, end - at);
    for (const char* row : kRows) {
      if (part == row) rows.insert(row);
    }
    at = end + 1;
  }
  return rows;
}

// The names of tests: of host tests what stands second in TEST(...), TEST_F(...), TEST_P(...);
// elsewhere, as in test programs and what runs them, every word like R01_something.
std::set<std::string> rows_named_by(const SourceFile& file) {
  const bool cpp = file.has_ending(".cpp") && !file.under("user");
  const std::string code = cpp ? code_only(file.text) : file.text;
  std::set<std::string> rows;
  int since_test = 0;  // words
  for (std::string_view word : words_of(code)) {
    const size_t row = std::min(word.find('_'), word.size());
    const bool begins_with_row = row < word.size() && !rows_in(word.substr(0, row)).empty();
    if (cpp ? since_test == 2 : begins_with_row) rows.merge(rows_in(word));
    const bool is_test = word == "TEST" || word == "TEST_F" || word == "TEST_P";
    since_test = is_test ? 1 : since_test == 0 ? 0 : since_test + 1;
  }
  return rows;
}

TEST(Rows, AreFoundInTheNamesOfTestsOnly) {
  using Rows = std::set<std::string>;
  EXPECT_EQ(
      rows_named_by({"a.cpp", "TEST(S, R02_x) { R03_y(); }\n// R04_z\nTEST_F(S, x_D1_R05) {}"}),
      (Rows{"R02", "R05", "D1"}));
  EXPECT_EQ(rows_named_by({"a.py", "def R10_states(): # and R11\n  d3_x()"}), (Rows{"R10"}));
  EXPECT_EQ(rows_named_by({"a.cpp", "TEST(R02_suite, nothing) {}"}), (Rows{}));
}

class Row : public testing::TestWithParam<const char*> {};

TEST_P(Row, IsNamedByATest) {
  for (const SourceFile& f : source_tree()) {
    const bool tests = f.under("tests") || f.under("user/tests");
    if (tests && !f.under("tests/host/structure") && !f.has_ending(".md") &&
        rows_named_by(f).contains(GetParam())) {
      return;
    }
  }
  FAIL() << "no test is named after " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Requirements, Row, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace mobius::structure
