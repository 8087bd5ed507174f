// The story in words (event_log.h).
#include "simulation/event_log.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace mobius::simulation {

void EventLog::tell(const char* format, ...) {
  if (!in_words_) return;
  char line[160];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  lines_[count_++ % kLines] = line;
}

void EventLog::wrong(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::fputs("wrong: ", stderr);
  std::vfprintf(stderr, format, arguments);
  std::fputs("\n", stderr);
  va_end(arguments);
  std::abort();
}

void EventLog::print_last() const {
  const size_t first = count_ > kLines ? count_ - kLines : 0;
  for (size_t i = first; i < count_; ++i) {
    std::fprintf(stderr, "  %s\n", lines_[i % kLines].c_str());
  }
}

}  // namespace mobius::simulation
