// EventLog: what happened in a simulated life, as a hash always and in words on request. A check
// that fails ends the process with the last words: the runner (runner.h) is another process.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace mobius::simulation {

class EventLog {
 public:
  explicit EventLog(bool in_words) : in_words_(in_words) {}

  void add(std::initializer_list<uint64_t> facts) {
    for (uint64_t fact : facts) hash_ = (hash_ ^ fact) * 0x100000001B3u ^ hash_ >> 29;
  }
  // One line of the story.
  [[gnu::format(printf, 2, 3)]] void tell(const char* format, ...);
  bool in_words() const { return in_words_; }
  uint64_t hash() const { return hash_; }

  // The life is wrong: says why and ends the process.
  [[noreturn, gnu::format(printf, 2, 3)]] void wrong(const char* format, ...);
  // Prints the last lines of the story to stderr.
  void print_last() const;

 private:
  static constexpr size_t kLines = 40;
  const bool in_words_;
  uint64_t hash_ = 0xCBF29CE484222325u;
  std::array<std::string, kLines> lines_;
  size_t count_ = 0;
};

}  // namespace mobius::simulation
