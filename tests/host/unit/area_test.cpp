// Areas and their names (proc/handles/area.h).
#include "proc/handles/area.h"

#include <gtest/gtest.h>

#include "sim/sim_user.h"

namespace mobius::proc {
namespace {

TEST(Utf8, accepts_what_RFC_3629_says_and_nothing_else) {
  for (const char* good : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
                           "\xf4\x8f\xbf\xbf", "m\xc3\xb6" "bius"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x9f\xbf",
                          "\xed\xa0\x80", "\xe1\x80", "\xe1\x80z", "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xf1\x80\x80",
                          "a\xc2"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

struct AreaTest : testing::Test {
  Ref<Area> offered() {
    Ref<Area> area(machine.heap.create<Area>(machine.manager, names).value().release());
    EXPECT_TRUE(area->offer(user.space(), block, std::nullopt));
    return area;
  }

  sim::SimMachine machine;
  sim::SimUser user{machine};
  AreaNames names;
  VirtAddr block = mm::vmm_alloc(user.space(), 2, VirtAddr{0}, {}).value();
};

TEST_F(AreaTest, R26_a_name_is_found_until_the_last_handle_and_view_have_gone) {
  Ref<Area> area = offered();
  area->give_name("one", 7);
  EXPECT_EQ(names.check("one", 8).error(), Error::Exists);
  area = {};
  Ref<Area> again = names.open("one").value();
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  EXPECT_NE(names.find("one"), nullptr);
  again = {};
  EXPECT_EQ(names.open("one").error(), Error::NotFound);
  EXPECT_TRUE(names.check("one", 8));
}

TEST_F(AreaTest, R26_the_last_view_ends_a_name_without_handles) {
  offered()->give_name("one", 7);
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  EXPECT_EQ(names.find("one"), nullptr);
}

TEST_F(AreaTest, R26_without_a_name_it_ends_with_its_handles) {
  Ref<Area> area = offered();
  EXPECT_EQ(mm::vmm_resize(user.space(), block, 3).error(), Error::Busy);
  area = {};
  EXPECT_TRUE(mm::vmm_resize(user.space(), block, 3));
}

TEST_F(AreaTest, S1_names_are_counted_for_one_and_for_all) {
  std::vector<Ref<Area>> areas;
  for (uint32_t maker = 1; areas.size() < AreaNames::kMost; ++maker) {
    for (uint32_t i = 0; i < AreaNames::kMostOfOne; ++i) {
      const std::string name = std::to_string(maker) + "." + std::to_string(i);
      ASSERT_TRUE(names.check(name, maker));
      areas.push_back(offered());
      areas.back()->give_name(name, maker);
    }
    EXPECT_EQ(names.check("more", maker).error(), Error::LimitReached);
  }
  EXPECT_EQ(names.check("more", 99999).error(), Error::LimitReached);
  areas.clear();
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  EXPECT_TRUE(names.check("1.0", 1));
}

}  // namespace
}  // namespace mobius::proc
