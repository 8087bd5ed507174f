// Ghosts by identity: see ghost_table.h.
#include "mm/replacement/ghost_table.h"

namespace mobius::mm {

Ghost* GhostTable::find(uint32_t identity) {
  for (uint16_t i = chains_[chain_of(identity)]; i != kEnd; i = ghosts_[i].next) {
    if (ghosts_[i].identity == identity) return &ghosts_[i];
  }
  return nullptr;
}

Ghost* GhostTable::find_of(const PolicyPage& real, unsigned chain) {
  for (uint16_t i = chains_[chain]; i != kEnd; i = ghosts_[i].next) {
    if (ghosts_[i].real == &real) return &ghosts_[i];
  }
  return nullptr;
}

Ghost& GhostTable::pick() {
  for (unsigned tries = 1;; ++tries) {
    pick_hand_ = static_cast<uint16_t>((pick_hand_ + 1) % kSize);
    Ghost& ghost = ghosts_[pick_hand_];
    if (!ghost.used || ghost.is_idle() || tries == 64) return ghost;
  }
}

void GhostTable::add(Ghost& ghost, uint32_t identity) {
  ghost.used = true;
  ghost.identity = identity;
  ghost.next = chains_[chain_of(identity)];
  chains_[chain_of(identity)] = index_of(ghost);
}

void GhostTable::remove(Ghost& ghost) {
  uint16_t* link = &chains_[chain_of(ghost.identity)];
  while (*link != index_of(ghost)) link = &ghosts_[*link].next;
  *link = ghost.next;
  ghost = Ghost();
}

}  // namespace mobius::mm
