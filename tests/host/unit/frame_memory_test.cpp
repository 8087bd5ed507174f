// The checksum of a page: what a disk that lost a write would bring back must not pass for data.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <set>

#include "sim/random.h"
#include "sim/sim_frame_memory.h"

namespace mobius::mm {
namespace {

constexpr uint32_t kWords = kPageSize / sizeof(uint32_t);
constexpr uint32_t kSignBit = 1u << 31;

class PageSum : public testing::Test {
 protected:
  PageSum() {
    sim::Random random(7);
    for (uint32_t& word : page) word = static_cast<uint32_t>(random.next());
  }
  uint32_t sum(uint32_t seed = 1) {
    memory.write({FrameNumber{1}, 0, kPageSize}, page.data());
    return memory.sum({1}, seed);
  }

  sim::SimFrameMemory memory{4};
  std::array<uint32_t, kWords> page;
};

TEST_F(PageSum, differs_with_every_bit_of_every_word_and_with_the_seed) {
  std::set<uint32_t> sums{sum()};
  for (uint32_t i = 0; i < kWords; i += 31) {
    for (uint32_t bit = 0; bit < 32; ++bit) {
      page[i] ^= 1u << bit;
      EXPECT_TRUE(sums.insert(sum()).second) << "word " << i << ", bit " << bit;
      page[i] ^= 1u << bit;
    }
  }
  for (uint32_t seed = 2; seed < 100; ++seed) EXPECT_TRUE(sums.insert(sum(seed)).second) << seed;
}

TEST_F(PageSum, sees_the_same_bit_change_in_two_words) {
  const uint32_t before = sum();
  for (uint32_t at : {0u, 1u, 500u}) {
    for (uint32_t distance = 1; distance < 130; ++distance) {
      for (uint32_t bit = 0; bit < 32; bit += 1 + bit % 3) {
        page[at] ^= 1u << bit, page[at + distance] ^= 1u << bit;
        EXPECT_NE(sum(), before) << "words " << at << " and +" << distance << ", bit " << bit;
        page[at] ^= 1u << bit, page[at + distance] ^= 1u << bit;
      }
    }
  }
}

TEST_F(PageSum, sees_every_number_of_an_array_change_its_sign) {
  const uint32_t before = sum();
  for (uint32_t words_a_number : {1u, 2u, 4u}) {
    for (uint32_t i = words_a_number - 1; i < kWords; i += words_a_number) page[i] ^= kSignBit;
    EXPECT_NE(sum(), before) << words_a_number;
    for (uint32_t i = words_a_number - 1; i < kWords; i += words_a_number) page[i] ^= kSignBit;
  }
  EXPECT_EQ(sum(), before);
}

TEST_F(PageSum, sees_two_words_swapped_and_one_count_up_where_another_goes_down) {
  const uint32_t before = sum();
  for (uint32_t at : {0u, 1u, 500u}) {
    for (uint32_t distance = 1; distance < 500; ++distance) {
      std::swap(page[at], page[at + distance]);
      EXPECT_NE(sum(), before) << "swapped " << at << " and +" << distance;
      std::swap(page[at], page[at + distance]);
      for (uint32_t less : {1u, 2u, 4u, 8u, 1u << 12, 1u << 16, kSignBit}) {
        ++page[at], page[at + distance] -= less;
        EXPECT_NE(sum(), before) << less << " from " << at << " to +" << distance;
        --page[at], page[at + distance] += less;
      }
    }
  }
}

}  // namespace
}  // namespace mobius::mm
