// On the host a failed KASSERT ends the process, so that death tests can watch it.
#include <cstdio>
#include <cstdlib>

#include "base/assert.h"

namespace mobius {

void assert_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "KASSERT failed: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace mobius
