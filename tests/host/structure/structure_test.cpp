// The tools of the structure tests, tested: each must see what it is there to see.
#include <gtest/gtest.h>

#include <map>

#include "structure/classes.h"
#include "structure/functions.h"
#include "structure/source_tree.h"

namespace mobius::structure {
namespace {

TEST(SourceTree, HoldsThisFileAndNoBuildProducts) {
  bool found = false;
  for (const SourceFile& f : source_tree()) {
    found = found || f.path == "tests/host/structure/structure_test.cpp";
    EXPECT_FALSE(f.under("build") || f.under(".git")) << f.path;
  }
  EXPECT_TRUE(found);
}

TEST(CodeOnly, BlanksCommentsLiteralsAndDirectives) {
  EXPECT_EQ(code_only("a // b {\nc"), "a       \nc");
  EXPECT_EQ(code_only("a /* { \n } */ b"), "a      \n      b");
  EXPECT_EQ(code_only("x = \"{\\\"{\"; y"), "x = \"    \"; y");
  EXPECT_EQ(code_only("c = '{'; d = '\\''; e"), "c = ' '; d = '  '; e");
  EXPECT_EQ(code_only("n = 100'000 + 0xA'B; {"), "n = 100'000 + 0xA'B; {");
  EXPECT_EQ(code_only("#define A { \\\n  }\nb"), "             \n   \nb");
  EXPECT_EQ(code_only("s = R\"(a\n\"{)\"; b"), "s = R\"  \n   \"; b");
}

struct Expected {
  const char* head;
  unsigned first, last;
};

void expect_functions(const char* text, std::vector<Expected> expected) {
  const auto found = functions_of(text);
  ASSERT_EQ(found.size(), expected.size()) << text;
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].head, expected[i].head);
    EXPECT_EQ(found[i].first_line, expected[i].first) << expected[i].head;
    EXPECT_EQ(found[i].last_line, expected[i].last) << expected[i].head;
  }
}

TEST(Functions, InNamespacesAndClasses) {
  expect_functions(
      "namespace a {\n"
      "class CAPABILITY(\"x\") B final : public C {\n"
      " public:\n"
      "  explicit B(int i) : i_{i}, j_(i) {\n"
      "    if (i) { f(); }\n"
      "  }\n"
      "  int get() const { return i_; }\n"
      "\n"
      " private:\n"
      "  int i_ = 3, j_{4};\n"
      "};\n"
      "enum class E : int { A, B };\n"
      "template <typename T>\n"
      "T g(\n"
      "    T t) {\n"
      "  auto l = [&](int) { return t; };\n"
      "  struct Local { int x() { return 1; } };\n"
      "  return l(1);\n"
      "}\n"
      "}\n",
      {{"explicit B(int i) : i_, j_(i)", 4, 6},
       {"int get() const", 7, 7},
       {"template <typename T> T g( T t)", 13, 19}});
}

TEST(Functions, InC) {
  expect_functions(
      "static const struct { const char *n; } names[] = {{\"a\"}, {\"b\"}};\n"
      "struct block *find(int a)\n"
      "{\n"
      "  return (struct block *)0;\n"
      "}\n"
      "extern \"C\" {\n"
      "void f(void) {}\n"
      "}\n"
      "THING(a, \"b\")\n"
      "THING(c,\n"
      "      d)\n"
      "int g(void) {\n"
      "}\n",
      {{"struct block *find(int a)", 2, 5}, {"void f(void)", 7, 7}, {"int g(void)", 12, 13}});
}

TEST(Functions, TestsAndBoundLambdasCountAndInitializersDoNot) {
  expect_functions(
      "constexpr int kTable[] = {1,\n 2};\n"
      "TEST(A, B) {\n"
      "  f({1, 2});\n"
      "}\n"
      "const auto lambda = [](int x) {\n"
      "  return x;\n"
      "};\n"
      "Rule rule = make({1, 2}, [] { return 3; });\n",
      {{"TEST(A, B)", 3, 5}, {"const auto lambda = [](int x)", 6, 8}});
}

void expect_classes(const char* text, std::map<std::string, unsigned> expected) {
  std::map<std::string, unsigned> found;
  for (const Class& c : classes_of(text)) found[c.name] = c.declarations;
  EXPECT_EQ(found, expected) << text;
}

TEST(Classes, CountWhatTheyDeclare) {
  expect_classes("class A : public B {\n public:\n  A() : a_{1}, b_(2) { f(); }\n"
                 "  int get() const { if (a_) { return 1; } return 2; }\n  int more(int,\n int);\n"
                 " private:\n  int a_ = 3, b_{4};\n  std::array<int, 2> c_{{1, 2}};\n};\n",
                 {{"A", 5}});
  expect_classes("class CAPABILITY(\"x\") A final {\n  friend class B;\n  static_assert(true);\n"
                 "  using C = int;\n  enum class E { X, Y };\n};\n",
                 {{"A", 2}});
  expect_classes("template <class T>\nstruct A {\n  struct In { int x; int y; };\n"
                 "  union { int a; };\n  void f() {\n    struct Local { int x; };\n  }\n};\n",
                 {{"A", 3}, {"In", 2}});
}

TEST(Classes, AreNotFunctionsEnumsOrNames) {
  expect_classes("struct A;\nenum class E { X };\nstruct A* find(int a) {\n  return 0;\n}\n"
                 "struct A a = {1};\nstruct Empty {};\nvoid f(struct A a) {}\n",
                 {{"Empty", 0}});
}

}  // namespace
}  // namespace mobius::structure
