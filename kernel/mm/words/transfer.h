// Which way pages go between frames and a store.
#pragma once

#include <cstdint>

namespace mobius::mm {

enum class Transfer : uint8_t { Read, Write };

}  // namespace mobius::mm
