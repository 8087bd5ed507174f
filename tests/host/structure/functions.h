// Where the functions of a C or C++ file begin and end, found by counting braces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mobius::structure {

struct Function {
  std::string head;     // what stands before its brace, on one line; {...} in it left out
  unsigned first_line;  // of the head, from 1
  unsigned last_line;   // of the closing brace
  unsigned lines() const { return last_line - first_line + 1; }
};

// The outermost functions of `text`, lambdas bound to names outside of functions among them.
// Functions inside classes count; classes and lambdas inside functions are parts of these.
std::vector<Function> functions_of(std::string_view text);

}  // namespace mobius::structure
