// The classes of a C++ file and how much each declares, found by counting braces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mobius::structure {

struct Class {
  std::string name;
  unsigned declarations;  // functions, data, types; neither friends nor static_asserts
};

// Classes, structs and unions with a body, outside of functions. What a nested one declares is its
// own; in the outer one it counts as one.
std::vector<Class> classes_of(std::string_view text);

}  // namespace mobius::structure
