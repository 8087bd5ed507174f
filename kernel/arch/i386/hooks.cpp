// The one table, empty until main.cpp fills it in.
#include "arch/i386/hooks.h"

namespace mobius::arch {

constinit Hooks arch_hooks{};

}  // namespace mobius::arch
