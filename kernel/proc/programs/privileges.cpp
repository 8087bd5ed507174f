// The names of privileges: see privileges.h.
#include "proc/programs/privileges.h"

namespace mobius::proc {

std::optional<Privilege> Privileges::find(std::string_view name) {
  struct Named {
    std::string_view name;
    Privilege privilege;
  };
  constexpr Named kNamed[] = {{"swap", Privilege::Swap},
                              {"bench", Privilege::Bench},
                              {"shutdown", Privilege::Shutdown},
                              {"check", Privilege::Check},
                              {"kill", Privilege::Kill}};
  for (const Named& named : kNamed) {
    if (named.name == name) return named.privilege;
  }
  return std::nullopt;
}

}  // namespace mobius::proc
