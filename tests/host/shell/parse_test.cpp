// Words as sh has them, and signs that are refused by name.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

extern "C" {
#include "parse.h"
}
#include "sim/random.h"

namespace {

std::map<std::string, std::string> g_variables;

const char* find_variable(const char* name) {
  const auto found = g_variables.find(name);
  return found == g_variables.end() ? nullptr : found->second.c_str();
}

command g_command;

std::string joined(char* const* words, const char* mark) {
  std::string all;
  for (; *words != nullptr; ++words) all += std::string(mark) + *words + "]";
  return all;
}

// Every command of the line: assignments {NAME=VALUE], words [word], ; or & behind each.
std::string parsed(const std::string& line) {
  if (!check_line(line.c_str(), &g_command)) return g_command.error;
  std::string all;
  for (const char* at = line.c_str(); *at != '\0';) {
    if (!parse_command(&at, &g_command, find_variable)) return g_command.error;
    if (g_command.word_count + g_command.assignment_count == 0) continue;
    all += joined(g_command.assignments, "{") + joined(g_command.words, "[");
    all += g_command.background ? "&" : ";";
  }
  return all;
}

struct ParseTest : testing::Test {
  ParseTest() {
    g_variables = {{"NAME", "value"}, {"EMPTY", ""},  {"TWO", " one  two "}, {"STAR", "a*"},
                   {"?", "7"},        {"HOME", "/h"}, {"_x9", "odd"},        {"$", "1"}};
  }
  static void expect(std::vector<std::pair<const char*, const char*>> table) {
    for (const auto& [line, right] : table) EXPECT_EQ(parsed(line), right) << line;
  }
};

TEST_F(ParseTest, BlanksSeparateWordsAndSignsCommands) {
  expect({{"", ""},
          {"  \t ", ""},
          {"a", "[a];"},
          {" a  b\tc ", "[a][b][c];"},
          {"a;b c", "[a];[b][c];"},
          {"a;", "[a];"},
          {"a & b", "[a]&[b];"},
          {"a&", "[a]&"},
          {"a\nb\n\n", "[a];[b];"},
          {"\n\na", "[a];"}});
}

TEST_F(ParseTest, ACommentBeginsOnlyWhereAWordDoes) {
  expect({{"# all", ""},
          {"a #b", "[a];"},
          {"a#b", "[a#b];"},
          {"a '#' \\# b#", "[a][#][#][b#];"},
          {"a # b ; c\nd", "[a];[d];"},
          {"a;#b", "[a];"},
          {"a $EMPTY# b", "[a][#][b];"},
          {"a # 'not closed", "[a];"}});
}

TEST_F(ParseTest, QuotesKeepWhatIsInThem) {
  expect({{"'a b'", "[a b];"},
          {"\"a b\"c'd e'", "[a bcd e];"},
          {"a '' \"\"", "[a][][];"},
          {"'$NAME' \"$NAME\"", "[$NAME][value];"},
          {"'a;b&c' d", "[a;b&c][d];"},
          {"a\\ b\\;c \\'", "[a b;c]['];"},
          {"a\\", "[a\\];"},
          {"'a\\b'", "[a\\b];"},
          {"'|' \">\" \\< '*' \"?\" \\[a] '`'", "[|][>][<][*][?][[a]][`];"},
          {"'not closed", "a quote is not closed"},
          {"\"not closed'", "a quote is not closed"}});
}

TEST_F(ParseTest, ABackslashInDoubleQuotesIsOneButBeforeFourSigns) {
  expect({{R"("a\b\n")", R"([a\b\n];)"},
          {R"("\\ \" \$ \`")", R"([\ " $ `];)"},
          {R"("\$NAME \'")", R"([$NAME \'];)"},
          {"\"a\\\nb\"", "[ab];"},
          {"a\\\nb", "[ab];"},
          {"\"\\\\\nb\"", "[\\\nb];"}});
}

TEST_F(ParseTest, UnsetVariablesVanishUnlessQuoted) {
  expect({{"a $NONE b", "[a][b];"},
          {"a \"$NONE\" b", "[a][][b];"},
          {"$NONE", ""},
          {"a $EMPTY$NONE", "[a];"},
          {"a x$NONE", "[a][x];"},
          {"a $NONE''", "[a][];"},
          {"$NONE a", "[a];"}});
}

TEST_F(ParseTest, VariablesAreCutIntoWordsUnlessQuoted) {
  expect({{"a $TWO", "[a][one][two];"},
          {"a \"$TWO\"", "[a][ one  two ];"},
          {"a x${TWO}y", "[a][x][one][two][y];"},
          {"$? $$", "[7][1];"},
          {"a ${NAME}s $NAMEs", "[a][values];"},
          {"$_x9 $x9 $ a$ \"$\"", "[odd][$][a$][$];"},
          {"$'a'", "[$a];"}});
}

TEST_F(ParseTest, AssignmentsComeBeforeTheName) {
  expect({{"A=1", "{A=1];"},
          {"A=1 B=2 a C=3", "{A=1]{B=2][a][C=3];"},
          {"A=$TWO", "{A= one  two ];"},
          {"A= a", "{A=][a];"},
          {"1A=2", "[1A=2];"},
          {"'A=1'", "[A=1];"},
          {"A'B=1'", "[AB=1];"},
          {"A=* a", "{A=*][a];"},
          {"A='b c' a", "{A=b c][a];"},
          {"A=1;a", "{A=1];[a];"},
          {"$NONE A=1", "[A=1];"},
          {"A=$NONE", "{A=];"}});
}

TEST_F(ParseTest, TildeIsHomeWhereAWordBegins) {
  expect({{"a ~ ~/b x~ ~b '~'", "[a][/h][/h/b][x~][~b][~];"}, {"A=~/b", "{A=/h/b];"}});
  g_variables["HOME"] = "/";
  expect({{"~/b ~", "[/b][/];"}});
}

TEST_F(ParseTest, SignsThatAreNotBuiltAreNamed) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"a | b", "|"},   {"a|b", "|"},     {"a || b", "||"},   {"a && b", "&&"},
      {"a > b", ">"},   {"a >> b", ">>"}, {"a 2>b", ">"},     {"a < b", "<"},
      {"a << b", "<<"}, {"(a)", "("},     {"a )", ")"},       {"a `b`", "`"},
      {"\"`b`\"", "`"}, {"a $(b)", "$("}, {"\"$(b)\"", "$("}, {"a $((1+1))", "$(("},
      {"a *", "*"},     {"a b*.c", "*"},  {"a ?", "?"},       {"a [bc]d", "["},
      {"a $1", "$1"},   {"$@", "$@"},     {"\"$#\"", "$#"},   {"${NAME:-x}", "${"},
      {"{ a; }", "{"},  {"! a", "!"},     {"if a", "if"},     {"a; done", "done"},
      {"for a", "for"}, {"a $STAR", "*"}, {"|", "|"},         {"a &&", "&&"},
      {"A=1 | b", "|"}, {"A=a|b", "|"}};
  for (const auto& [line, sign] : table) {
    EXPECT_TRUE(parsed(line).starts_with("'" + sign + "': ")) << line << " says " << parsed(line);
    EXPECT_NE(parsed(line).find("not built yet"), std::string::npos) << parsed(line);
  }
}

TEST_F(ParseTest, SignsThatMeanNothingThereAreWords) {
  expect({{"a {b,c} d} if for", "[a][{b,c}][d}][if][for];"},
          {"a [ b", "[a][[][b];"},
          {"a ] !", "[a][]][!];"},
          {"a ^%@+=:,./-", "[a][^%@+=:,./-];"},
          {"ifs", "[ifs];"},
          {"\"$STAR\" '*'", "[a*][*];"}});
}

TEST_F(ParseTest, ACommandIsMissing) {
  expect({{"a;;b", "';;': there is no command between them"},
          {"a ; ; b", "';': there is no command before it"},
          {";a", "';': there is no command before it"},
          {"& a", "'&': there is no command before it"},
          {"a & & b", "'&': there is no command before it"},
          {"a &; b", "';': there is no command before it"}});
}

TEST_F(ParseTest, NothingOfALineRunsWhereAPartMakesNoSense) {
  EXPECT_FALSE(check_line("a; b 'c", &g_command));
  EXPECT_FALSE(check_line("a\nb | c", &g_command));
  EXPECT_TRUE(check_line("a; b 'c'", &g_command));
}

TEST_F(ParseTest, WhatIsTooMuchIsRefusedWhole) {
  std::string many;
  for (int i = 0; i <= MOST_WORDS; ++i) many += "a ";
  EXPECT_EQ(parsed(many), "the command has too many words");
  EXPECT_EQ(parsed(std::string(WORDS_BYTES, 'x')), "the command is too long");
  EXPECT_EQ(parsed(std::string(WORDS_BYTES - 2, 'x')),
            "[" + std::string(WORDS_BYTES - 2, 'x') + "];");
  g_variables["NAME"] = std::string(WORDS_BYTES, 'y');
  EXPECT_EQ(parsed("a $NAME"), "the command is too long");
}

// Words that have been quoted in a way that keeps everything come back as they were.
TEST_F(ParseTest, QuotedWordsComeBackWhateverTheyAre) {
  mobius::sim::Random random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string line = "x", right = "[x]";
    for (uint32_t words = random.below(6); words > 0; --words) {
      std::string word;
      for (uint32_t n = random.below(9); n > 0; --n)
        word += " '\"\\$`|&;#*?[]~=ab\n"[random.below(18)];
      line += ' ';
      const uint32_t way = random.below(3);
      if (way == 1) line += '"';
      if (way == 0) line += "''";
      for (char byte : word) {
        if (way == 2) line += byte == '\'' ? std::string("\\'") : "'" + std::string(1, byte) + "'";
        if (way == 1) line += std::string("\"\\$`").find(byte) != std::string::npos ? "\\" : "";
        if (way == 0 && byte != '\n') line += '\\';
        if (way == 0 && byte == '\n')
          line += "'\n'";
        else if (way != 2)
          line += byte;
      }
      if (way == 1) line += '"';
      if (way == 2) line += "''";
      right += "[" + word + "]";
    }
    ASSERT_EQ(parsed(line), right + ";") << line;
  }
}

// Whatever the bytes: it ends, reads nothing beyond them, and what the check takes runs, too.
TEST_F(ParseTest, AnyBytesAreCutUpOrRefused) {
  mobius::sim::Random random(12);
  g_variables["STAR"] = "a";
  size_t refused = 0, taken = 0;
  for (int round = 0; round < 100000; ++round) {
    std::string line;
    for (uint32_t n = random.below(24); n > 0; --n) {
      line += "ab$$''\"\"\\\\;& ##NAMETWO{}?=~\n\t*|"[random.below(32)];
    }
    const std::vector<char> exact(line.c_str(),
                                  line.c_str() + line.size() + 1);  // ASan sees its end
    if (!check_line(exact.data(), &g_command)) {
      EXPECT_NE(g_command.error[0], '\0');
      ++refused;
      continue;
    }
    ++taken;
    for (const char* at = exact.data(); *at != '\0';) {
      const char* before = at;
      ASSERT_TRUE(parse_command(&at, &g_command, find_variable)) << line << g_command.error;
      ASSERT_GT(at, before);
    }
  }
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(taken, 1000u);
}

}  // namespace
