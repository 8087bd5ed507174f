// StepLimits: what is done at once, and how much of the rest is a step (steps.h).
#pragma once

#include "mm/objects/slot_table.h"

namespace mobius::mm {

// What a step of long work leaves: more of it, or nothing.
enum class Progress : uint8_t { More, Done };

struct StepLimits {
  // With more pages or regions to change a call goes in steps.
  PageCount pages = SlotTable::kLeafSlots;
  uint32_t parts = 32;
  // Pages looked at in a step; a region counts as some more. Freeing a page is the dearest, at
  // about 160 instructions.
  uint32_t work = 1024;
};

}  // namespace mobius::mm
