// The policy lab measures right: LRU and OPT on the strings of the books and against slow and plain
// versions of themselves, the swap workloads as published, files that are no traces refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>

#include "lab/replay.h"
#include "mm/replacement/registry.h"
#include "sim/random.h"

namespace mobius::lab {
namespace {

ReferenceString string_of(std::string_view digits) {
  ReferenceString s("test");
  for (char c : digits) s.add(static_cast<uint32_t>(c), false);
  s.make_dense();
  return s;
}
uint64_t faults(const Replay& replay) { return total(replay).faults; }

// Belady's string of 1969, on which FIFO does worse with more memory.
constexpr std::string_view kBelady = "123412512345";
// The string of the operating systems textbooks.
constexpr std::string_view kTextbook = "70120304230321201701";

TEST(PolicyLab, counts_the_faults_of_beladys_string) {
  const ReferenceString s = string_of(kBelady);
  EXPECT_EQ(faults(replay_policy(s, 3, "fifo")), 9u);
  EXPECT_EQ(faults(replay_policy(s, 4, "fifo")), 10u);
  EXPECT_EQ(faults(replay_lru(s, 3)), 10u);
  EXPECT_EQ(faults(replay_lru(s, 4)), 8u);
  EXPECT_EQ(faults(replay_opt(s, 3)), 7u);
  EXPECT_EQ(faults(replay_opt(s, 4)), 6u);
}

TEST(PolicyLab, counts_the_faults_of_the_textbook_string) {
  const ReferenceString s = string_of(kTextbook);
  EXPECT_EQ(faults(replay_policy(s, 3, "fifo")), 15u);
  EXPECT_EQ(faults(replay_lru(s, 3)), 12u);
  EXPECT_EQ(faults(replay_opt(s, 3)), 9u);
}

ReferenceString random_string(uint64_t seed, uint32_t pages, int length) {
  sim::Random random(seed);
  ReferenceString s("random");
  for (int i = 0; i < length; ++i) s.add(random.below(pages), random.chance(3));
  s.make_dense();
  return s;
}

// The least faults there can be, by trying every victim at every fault.
uint64_t least_faults(const ReferenceString& s, size_t at, std::set<uint32_t> in, uint32_t frames,
                      std::map<std::pair<size_t, std::set<uint32_t>>, uint64_t>& known) {
  while (at < s.size() && in.contains(s.page(at))) ++at;
  if (at == s.size()) return 0;
  const auto key = std::pair(at, in);
  if (const auto found = known.find(key); found != known.end()) return found->second;
  uint64_t least = ~0ull;
  const auto with = [&](std::set<uint32_t> next) {
    next.insert(s.page(at));
    least = std::min(least, 1 + least_faults(s, at + 1, std::move(next), frames, known));
  };
  if (in.size() < frames) {
    with(in);
  } else {
    for (uint32_t victim : in) {
      std::set<uint32_t> rest = in;
      rest.erase(victim);
      with(std::move(rest));
    }
  }
  return known[key] = least;
}

TEST(PolicyLab, opt_is_the_least_that_any_choice_of_victims_gives) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const ReferenceString s = random_string(seed, 7, 24);
    for (uint32_t frames = 1; frames <= 4; ++frames) {
      std::map<std::pair<size_t, std::set<uint32_t>>, uint64_t> known;
      EXPECT_EQ(faults(replay_opt(s, frames)), least_faults(s, 0, {}, frames, known))
          << "seed " << seed << ", frames " << frames;
    }
  }
}

// Exact LRU, slowly: the pages in a vector, the last referenced at its end.
Counts plain_lru(const ReferenceString& s, uint32_t frames) {
  Counts counts;
  std::vector<std::pair<uint32_t, bool>> in;  // page, dirty
  for (size_t i = 0; i < s.size(); ++i) {
    const auto at = std::ranges::find(in, s.page(i), [](const auto& entry) { return entry.first; });
    bool dirty = s.write(i);
    if (at == in.end()) {
      ++counts.faults;
      if (in.size() == frames) {
        counts.dirty_evictions += in.front().second;
        in.erase(in.begin());
      }
    } else {
      dirty |= at->second;
      in.erase(at);
    }
    in.emplace_back(s.page(i), dirty);
  }
  return counts;
}

TEST(PolicyLab, lru_is_exact_and_counts_what_it_writes) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const ReferenceString s = random_string(seed, 40, 3000);
    for (uint32_t frames : {1u, 2u, 10u, 39u, 40u, 50u}) {
      const Counts plain = plain_lru(s, frames), counts = total(replay_lru(s, frames));
      EXPECT_EQ(counts.faults, plain.faults);
      EXPECT_EQ(counts.dirty_evictions, plain.dirty_evictions);
      EXPECT_EQ(counts.first_touches, s.footprint());
    }
  }
}

TEST(PolicyLab, no_policy_beats_opt) {
  for (uint64_t seed = 0; seed < 4; ++seed) {
    const ReferenceString s = random_string(seed, 300, 3000);
    for (uint32_t frames : {1u, 2u, 3u, 64u, 200u, 299u, 300u}) {
      const Replay opt = replay_opt(s, frames);
      for (std::string_view policy : mm::policy_names()) {
        const Replay replay = replay_policy(s, frames, std::string(policy));
        EXPECT_FALSE(beats_opt(replay, opt)) << policy << " with " << frames;
        EXPECT_GE(faults(replay), s.footprint());
        if (frames >= s.footprint()) {
          EXPECT_EQ(faults(replay), s.footprint()) << policy;
        }
      }
    }
  }
}

TEST(PolicyLab, what_has_fewer_faults_than_opt_is_noticed) {
  EXPECT_TRUE(beats_opt({{.faults = 3}, {.faults = 5}}, {{.faults = 4}, {.faults = 5}}));
  EXPECT_FALSE(beats_opt({{.faults = 5}, {.faults = 4}}, {{.faults = 4}, {.faults = 5}}));
}

TEST(PolicyLab, the_access_that_faulted_sets_the_accessed_bit_once_more) {
  // Textbook CLOCK takes it for a use, so a page used again right after has no advantage; with a
  // grace it has: B stays, and is not fetched a second time.
  const ReferenceString s = string_of("ABCDBEFB");
  EXPECT_EQ(faults(replay_policy(s, 4, "clock")), 7u);
  EXPECT_EQ(faults(replay_policy(s, 4, "clock-grace")), 6u);
}

TEST(PolicyLab, the_swap_workloads_are_those_that_were_published) {
  const ReferenceString s = generate("swap-workloads");
  ASSERT_EQ(s.footprint(), 38512u);
  const Replay lru = replay_lru(s, 23950);
  ASSERT_EQ(lru.size(), 6u);
  EXPECT_EQ(lru[0].swap_ins(), 0u);
  EXPECT_EQ(lru[1].swap_ins(), 115536u);
  EXPECT_EQ(lru[2].swap_ins(), 80292u);
  EXPECT_EQ(lru[3].swap_ins(), 22585u);
  EXPECT_EQ(lru[5].swap_ins(), 127174u);
}

TEST(PolicyLab, the_default_policy_keeps_a_loop_and_the_other_swap_workloads_in_bounds) {
  const ReferenceString s = generate("swap-workloads");
  const Replay ours = replay_policy(s, 23950, std::string(mm::kDefaultPolicy));
  EXPECT_LE(ours[1].swap_ins(), 50000u) << "loop";
  EXPECT_LE(ours[2].swap_ins(), 80292u) << "Zipf";
  EXPECT_LE(ours[3].swap_ins(), 23000u) << "uniform";
  EXPECT_LE(ours[5].swap_ins(), 115000u) << "Zipf + scan";
}

TEST(PolicyLab, the_swap_workloads_can_be_drawn_again) {
  const ReferenceString published = generate("swap-workloads");
  const ReferenceString other = generate("swap-workloads@1");
  EXPECT_EQ(other.size(), published.size());
  EXPECT_EQ(other.footprint(), published.footprint());
  EXPECT_EQ(replay_lru(other, 23950)[1].swap_ins(), 115536u) << "nothing is drawn in a loop";
  EXPECT_NE(replay_lru(other, 23950)[2].swap_ins(), 80292u);
  EXPECT_NE(replay_lru(other, 23950)[3].swap_ins(), 22585u);
  for (const char* name : {"swap-workloads@", "swap-workloads@0", "swap-workloads@x", "loop@1",
                           "swap-workloads1", "swap-workloads@1x", "swap-workloads@-1",
                           "swap-workloads@4294967297"}) {
    EXPECT_FALSE(is_generator(name)) << name;
  }
}

TEST(PolicyLab, the_default_policy_is_level_with_exact_lru_on_uniform_touches) {
  uint64_t ours = 0, lru = 0;
  for (const char* name : {"swap-workloads@1", "swap-workloads@2", "swap-workloads@3"}) {
    const ReferenceString s = generate(name);
    ours += replay_policy(s, 23950, std::string(mm::kDefaultPolicy))[3].swap_ins();
    lru += replay_lru(s, 23950)[3].swap_ins();
  }
  EXPECT_LE(ours * 100, lru * 101);
}

TEST(PolicyLab, the_default_policy_is_lru_like_where_lru_is_right) {
  const ReferenceString s = generate("phases");
  for (uint32_t part = 1; part <= 3; ++part) {
    const uint32_t frames = s.footprint() * part / 4;
    EXPECT_LE(faults(replay_policy(s, frames, std::string(mm::kDefaultPolicy))),
              faults(replay_lru(s, frames)) * 1.25);
  }
}

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(MOBIUS_SOURCE_DIR) + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The worked example is the policy that is compiled: docs/policies.md shows its file as it is.
TEST(PolicyLab, the_worked_example_of_the_docs_is_the_policy_that_runs) {
  const std::string docs = text_of("/docs/policies.md");
  const std::string code = text_of("/kernel/mm/replacement/random.cpp");
  const size_t begin = docs.find("```cpp\n") + 7, end = docs.find("\n```", begin);
  ASSERT_LT(begin, end);
  const std::string example = docs.substr(begin, end - begin);
  EXPECT_TRUE(example.starts_with("#include "));
  EXPECT_TRUE(code.ends_with(example + "\n"));
  for (std::string_view policy : mm::policy_names()) {
    EXPECT_NE(docs.find("| `" + std::string(policy) + "` |"), std::string::npos) << policy;
  }
}

class TraceFile : public testing::Test {
 protected:
  std::string with(const std::vector<uint64_t>& records, size_t bytes_less = 0) {
    const std::string path = testing::TempDir() + "policy_lab_test.trace";
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(records.data()),
               static_cast<std::streamsize>(records.size() * sizeof(uint64_t) - bytes_less));
    return path;
  }
};

TEST_F(TraceFile, is_read_record_by_record) {
  const auto record = [](uint64_t page, uint64_t since, bool write) {
    return page << 32 | since << 1 | (write ? 1 : 0);
  };
  const ReferenceString s =
      read_trace(with({record(0x7FFFFFFF, 9, false), record(5, 0, true),
                       record(0x7FFFFFFF, 0x7FFFFFFF, true)}));
  ASSERT_EQ(s.size(), 3u);
  EXPECT_EQ(s.footprint(), 2u);
  EXPECT_EQ(s.page(0), s.page(2));
  EXPECT_NE(s.page(0), s.page(1));
  EXPECT_FALSE(s.write(0));
  EXPECT_TRUE(s.write(1));
  EXPECT_TRUE(s.write(2));
  EXPECT_EQ(s.name(), "policy_lab_test");
}

TEST_F(TraceFile, longer_than_the_reading_buffer_is_read_whole) {
  std::vector<uint64_t> records;
  for (uint64_t i = 0; i < 300000; ++i) records.push_back(i << 32 | 2);
  EXPECT_EQ(read_trace(with(records)).footprint(), 300000u);
}

TEST_F(TraceFile, that_is_none_is_refused) {
  EXPECT_THROW(read_trace(testing::TempDir() + "no_such_file"), std::runtime_error);
  EXPECT_THROW(read_trace(with({})), std::runtime_error);
  EXPECT_THROW(read_trace(with({1ull << 32, 2ull << 32}, 3)), std::runtime_error);
  EXPECT_THROW(read_trace(with({0x80000000ull << 32})), std::runtime_error);
}

}  // namespace
}  // namespace mobius::lab
