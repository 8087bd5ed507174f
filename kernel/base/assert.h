// KASSERT: for what cannot happen in correct code. Always on, in every build.
//
// A failed assertion calls `mobius::assert_failed`, which the kernel implements as a panic and the
// host tests as abort(), so that death tests can watch it. What can happen in correct code is a
// Result (base/result.h), never an assertion.
#pragma once

namespace mobius {

// Ends the machine (kernel) or the process (host tests). Never returns.
[[noreturn]] void assert_failed(const char* expression, const char* file, int line);

}  // namespace mobius

#define KASSERT(expression)                                            \
  (__builtin_expect(static_cast<bool>(expression), 1)                  \
       ? static_cast<void>(0)                                          \
       : ::mobius::assert_failed(#expression, __FILE_NAME__, __LINE__))
