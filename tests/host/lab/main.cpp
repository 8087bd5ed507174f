// policy_lab: reference strings under the kernel's policies, beside exact LRU and OPT. Prints one
// line of tab-separated figures for each string, part, memory size and policy; scripts/policy-lab
// makes tables and plots of them. Status 1: a policy has beaten OPT, so the lab is wrong.
#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "lab/count.h"
#include "lab/replay.h"
#include "mm/replacement/registry.h"

namespace mobius::lab {
namespace {

struct Wishes {
  std::vector<std::string> policies;
  std::vector<uint32_t> frames;
  std::vector<std::string> strings;
};

// Memory sizes where none are asked for: parts of the string's footprint.
constexpr double kSizes[] = {0.125, 0.25, 0.375, 0.5, 0.75};

std::vector<uint32_t> sizes_for(const ReferenceString& string, const Wishes& wishes) {
  if (!wishes.frames.empty()) return wishes.frames;
  if (string.name().starts_with(kSwapWorkloads)) return {23950};
  std::vector<uint32_t> frames;
  for (double part : kSizes) {
    frames.push_back(std::max(1u, static_cast<uint32_t>(part * string.footprint())));
  }
  return frames;
}

void print(const ReferenceString& string, uint32_t frames, const std::string& policy,
           const std::string& part, const Counts& c) {
  std::printf("%s\t%s\t%u\t%u\t%s\t%llu\t%llu\t%llu\t%llu\n", string.name().c_str(), part.c_str(),
              string.footprint(), frames, policy.c_str(), static_cast<unsigned long long>(c.faults),
              static_cast<unsigned long long>(c.swap_ins()),
              static_cast<unsigned long long>(c.dirty_evictions),
              static_cast<unsigned long long>(c.bit_tests));
}

void print_all(const ReferenceString& string, uint32_t frames, const std::string& policy,
               const Replay& replay) {
  if (replay.size() > 1) {
    for (size_t i = 0; i < replay.size(); ++i) {
      print(string, frames, policy, string.parts()[i].name, replay[i]);
    }
  }
  print(string, frames, policy, "all", total(replay));
  std::fflush(stdout);
}

// Whether all is as it must be: nothing beats OPT.
bool run(const ReferenceString& string, const Wishes& wishes) {
  bool possible = true;
  for (uint32_t frames : sizes_for(string, wishes)) {
    const Replay opt = replay_opt(string, frames);
    print_all(string, frames, "OPT", opt);
    print_all(string, frames, "LRU", replay_lru(string, frames));
    for (const std::string& policy : wishes.policies) {
      const Replay replay = replay_policy(string, frames, policy);
      print_all(string, frames, policy, replay);
      if (beats_opt(replay, opt)) {
        std::fprintf(stderr, "policy_lab: %s beats OPT on %s with %u frames: a bug of the lab\n",
                     policy.c_str(), string.name().c_str(), frames);
        possible = false;
      }
    }
  }
  return possible;
}

uint32_t frame_count(const std::string& text) {
  const uint32_t frames = count_in(text);
  if (frames == 0) throw std::runtime_error("not a number of frames: " + text);
  return frames;
}

Wishes parse(int count, char** words) {
  Wishes wishes;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if ((word == "--policy" || word == "--frames") && i + 1 == count) {
      throw std::runtime_error(word + " needs a value");
    }
    if (word == "--policy") {
      wishes.policies.emplace_back(words[++i]);
    } else if (word == "--frames") {
      wishes.frames.push_back(frame_count(words[++i]));
    } else {
      wishes.strings.push_back(word);
    }
  }
  const auto known = mm::policy_names();
  for (const std::string& policy : wishes.policies) {
    if (std::ranges::find(known, policy) == known.end()) {
      throw std::runtime_error("no policy is called " + policy);
    }
  }
  if (wishes.policies.empty()) wishes.policies.assign(known.begin(), known.end());
  if (wishes.strings.empty()) {
    wishes.strings.assign(generator_names().begin(), generator_names().end());
  }
  return wishes;
}

}  // namespace
}  // namespace mobius::lab

int main(int count, char** words) {
  using namespace mobius::lab;
  try {
    const Wishes wishes = parse(count, words);
    bool possible = true;
    std::puts("string\tpart\tpages\tframes\tpolicy\tfaults\tswap_ins\tdirty_evictions\tbit_tests");
    for (const std::string& name : wishes.strings) {
      possible &= run(is_generator(name) ? generate(name) : read_trace(name), wishes);
    }
    return possible ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "policy_lab: %s\n", error.what());
    return 2;
  }
}
