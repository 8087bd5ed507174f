// The table of who may take a frame, enumerated.
#include "mm/frames/frame_admission.h"

#include <gtest/gtest.h>

namespace mobius::mm {
namespace {

// From the one that leaves most to the one that leaves nothing.
constexpr FrameClass kFromLeast[] = {FrameClass::Growth, FrameClass::Normal, FrameClass::Returning,
                                FrameClass::Promised};

// Calls f with every table of small numbers, and every number of frames that images may have.
template <typename F>
void for_each_table(F&& f) {
  constexpr uint32_t kValues[] = {0, 1, 7};
  for (uint32_t reserve : kValues) {
    for (uint32_t promised : kValues) {
      for (uint32_t direct : {0u, 1u, 5u, 9u}) {
        for (uint32_t images : kValues) {
          for (uint32_t have : {0u, 1u, 6u, 7u, 8u}) {
            SCOPED_TRACE(testing::Message() << reserve << " " << promised << " " << direct << " "
                                            << images << " " << have);
            f(FrameAdmission{reserve, promised, direct, images}, have);
          }
        }
      }
    }
  }
}

TEST(FrameAdmission, D3_each_class_leaves_free_what_the_table_says) {
  unsigned tables = 0;
  for_each_table([&](const FrameAdmission& a, uint32_t have) {
    ++tables;
    const uint32_t lacking = have < a.images ? a.images - have : 0;
    EXPECT_EQ(a.must_stay_free(FrameClass::Promised, have), 0u);
    EXPECT_EQ(a.must_stay_free(FrameClass::Returning, have), a.reserve);
    EXPECT_EQ(a.must_stay_free(FrameClass::Normal, have), a.reserve + a.promised);
    EXPECT_EQ(a.must_stay_free(FrameClass::Growth, have), a.reserve + a.promised + lacking);
  });
  EXPECT_EQ(tables, 540u);
}

TEST(FrameAdmission, D3_in_the_direct_map_all_but_promised_requests_leave_the_same) {
  for_each_table([](const FrameAdmission& a, uint32_t) {
    const uint32_t kept = a.reserve + (a.direct < a.promised ? a.direct : a.promised);
    EXPECT_EQ(a.must_stay_free_direct(FrameClass::Promised), 0u);
    for (FrameClass who : {FrameClass::Returning, FrameClass::Normal, FrameClass::Growth}) {
      EXPECT_EQ(a.must_stay_free_direct(who), kept);
    }
  });
}

TEST(FrameAdmission, D3_a_better_class_leaves_no_more_than_the_one_before_it) {
  for_each_table([](const FrameAdmission& a, uint32_t have) {
    for (unsigned i = 1; i < std::size(kFromLeast); ++i) {
      EXPECT_LE(a.must_stay_free(kFromLeast[i], have), a.must_stay_free(kFromLeast[i - 1], have));
      EXPECT_LE(a.must_stay_free_direct(kFromLeast[i]), a.must_stay_free(kFromLeast[i - 1], have));
    }
  });
}

TEST(FrameAdmission, D3_above_the_lowest_watermark_every_class_finds_a_frame) {
  for_each_table([](const FrameAdmission& a, uint32_t have) {
    for (FrameClass who : kFromLeast) EXPECT_LE(a.must_stay_free(who, have), a.min());
    EXPECT_EQ(a.must_stay_free(FrameClass::Growth, 0), a.min());
  });
}

TEST(FrameAdmission, D3_growth_finds_the_frame_of_an_image_only_where_images_exceed_their_reserve) {
  for_each_table([](const FrameAdmission& a, uint32_t have) {
    if (have == 0) return;
    // One page of an image goes: its frame is free, and images have one less.
    const bool helps = a.must_stay_free(FrameClass::Growth, have - 1) <
                       a.must_stay_free(FrameClass::Growth, have) + 1;
    EXPECT_EQ(a.images_exceed_reserve(have), helps);
  });
}

}  // namespace
}  // namespace mobius::mm
