// The shell's variables, what programs get of them; and the lines of before.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

extern "C" {
#include "history.h"
#include "variables.h"
}
#include "sim/random.h"

namespace {

struct VariablesTest : testing::Test {
  std::unique_ptr<variables> all = std::make_unique<variables>();

  std::string get(const char* name) const {
    const char* value = variables_get(all.get(), name);
    return value == nullptr ? "(unset)" : value;
  }
  std::set<std::string> environment(std::vector<const char*> changes = {}) const {
    const char* out[MOST_VARIABLES + 1];
    changes.push_back(nullptr);
    EXPECT_TRUE(variables_environment(all.get(), const_cast<char* const*>(changes.data()), out,
                                      MOST_VARIABLES));
    std::set<std::string> found;
    for (size_t i = 0; out[i] != nullptr; ++i) EXPECT_TRUE(found.insert(out[i]).second) << out[i];
    return found;
  }
  bool set(const char* text, scope where = SHELL_ONLY) {
    return variables_set(all.get(), text, where);
  }
};

using Set = std::set<std::string>;

TEST_F(VariablesTest, TheOnesItCameWithAreExportedAndOthersOnceTheyAreAskedFor) {
  const char* const given[] = {"PATH=/bin", "no sign", "E=", nullptr};
  EXPECT_TRUE(variables_import(all.get(), const_cast<char* const*>(given)));
  EXPECT_TRUE(set("A=1"));
  EXPECT_EQ(environment(), (Set{"PATH=/bin", "E="}));
  EXPECT_TRUE(variables_export(all.get(), "A"));
  EXPECT_FALSE(variables_export(all.get(), "NONE"));
  EXPECT_TRUE(set("PATH=/run"));  // stays exported
  EXPECT_EQ(environment(), (Set{"PATH=/run", "E=", "A=1"}));
  variables_unset(all.get(), "PATH");
  variables_unset(all.get(), "NONE");
  EXPECT_EQ(environment(), (Set{"E=", "A=1"}));
  EXPECT_EQ(get("E"), "");
  EXPECT_EQ(get("PATH"), "(unset)");
}

TEST_F(VariablesTest, ChangesForOneProgramChangeNothingElse) {
  set("A=1", EXPORTED);
  set("AB=2", EXPORTED);
  EXPECT_EQ(environment({"A=3", "C=4", "C=5"}), (Set{"A=3", "AB=2", "C=5"}));
  EXPECT_EQ(environment(), (Set{"A=1", "AB=2"}));
  EXPECT_EQ(get("A"), "1");
}

TEST_F(VariablesTest, WithoutRoomAVariableStaysAsItIs) {
  set("A=1");
  const std::string big = "A=" + std::string(VARIABLES_BYTES, 'x');
  EXPECT_FALSE(set(big.c_str()));
  EXPECT_EQ(get("A"), "1");
  const std::string fits = "A=" + std::string(VARIABLES_BYTES - 4, 'x');
  EXPECT_TRUE(set(fits.c_str()));
  EXPECT_EQ(get("A").size(), VARIABLES_BYTES - 4u);
}

TEST_F(VariablesTest, AnyHistoryIsThatOfAMap) {
  mobius::sim::Random random(21);
  std::map<std::string, std::string> model;
  for (int i = 0; i < 20000; ++i) {
    const std::string name = "N" + std::to_string(random.below(40));
    if (random.chance(4)) {
      variables_unset(all.get(), name.c_str());
      model.erase(name);
    } else {
      const std::string value(random.below(90), static_cast<char>('a' + random.below(26)));
      ASSERT_TRUE(set((name + "=" + value).c_str()));
      model[name] = value;
    }
    const std::string asked = "N" + std::to_string(random.below(40));
    ASSERT_EQ(get(asked.c_str()), model.contains(asked) ? model[asked] : "(unset)");
  }
}

TEST(History, KeepsTheNewestThatHaveRoom) {
  auto history = std::make_unique<::history>();
  mobius::sim::Random random(22);
  std::deque<std::string> model;
  size_t bytes = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string line = random.chance(9) ? "" : std::string(random.below(3000), 'a' + i % 26);
    history_add(history.get(), line.c_str());
    if (!line.empty() && (model.empty() || line != model.back())) {
      model.push_back(line);
      for (bytes += line.size() + 1; bytes > HISTORY_BYTES; model.pop_front()) {
        bytes -= model.front().size() + 1;
      }
    }
    ASSERT_EQ(history->count, model.size());
    for (size_t back = 1; back <= model.size(); ++back) {
      ASSERT_EQ(history_back(history.get(), back), model[model.size() - back]);
    }
    ASSERT_EQ(history_back(history.get(), model.size() + 1), nullptr);
  }
}

TEST(History, FindsTheNewestFromAPlaceOn) {
  auto history = std::make_unique<::history>();
  for (const char* line : {"one", "two", "three", "four"}) history_add(history.get(), line);
  EXPECT_EQ(history_find(history.get(), 0, "o"), 1u);
  EXPECT_EQ(history_find(history.get(), 2, "o"), 3u);
  EXPECT_EQ(history_find(history.get(), 1, "xx"), 0u);
}

}  // namespace
