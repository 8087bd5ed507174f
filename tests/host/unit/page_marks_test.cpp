// The marks of a page's frame: which can be together.
#include "mm/words/page_marks.h"

#include <gtest/gtest.h>

#include <set>

namespace mobius::mm {
namespace {

using enum PageMark;
constexpr PageMark kAll[] = {Tracked, CleanCopy, Writing, Orphan, Locked, Stuck};

PageMarks marks_of(unsigned bits) {
  PageMarks marks = {};
  for (const PageMark mark : kAll) {
    if ((bits & static_cast<unsigned>(mark)) != 0) marks.add(mark);
  }
  return marks;
}

template <typename... Marks>
unsigned bits_of(Marks... marks) {
  return (0u | ... | static_cast<unsigned>(marks));
}

TEST(PageMarks, exactly_these_can_be_together) {
  const std::set<unsigned> legal = {
      0,
      bits_of(Tracked),
      bits_of(CleanCopy),
      bits_of(Writing),
      bits_of(Tracked, CleanCopy),
      bits_of(Tracked, Writing),
      bits_of(Writing, Orphan),
      bits_of(Locked),
      bits_of(Locked, CleanCopy),
      bits_of(Stuck),
  };
  for (unsigned bits = 0; bits < 64; ++bits) {
    EXPECT_EQ(marks_of(bits).legal(), legal.contains(bits)) << "marks " << bits;
  }
}

TEST(PageMarks, a_mark_comes_and_goes_alone) {
  for (const PageMark one : kAll) {
    PageMarks marks = marks_of(63);
    marks.remove({one});
    for (const PageMark other : kAll) EXPECT_EQ(marks.has(other), other != one);
    EXPECT_FALSE(marks.none());
    marks = {};
    EXPECT_TRUE(marks.none());
    marks.add(one);
    for (const PageMark other : kAll) EXPECT_EQ(marks.has(other), other == one);
  }
}

}  // namespace
}  // namespace mobius::mm
