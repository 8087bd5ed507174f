// The blocks of a program (blocks.h).
#include "simulation/blocks.h"

#include <algorithm>

namespace mobius::simulation {

Block* Blocks::any(sim::Random& random) {
  return blocks_.empty() ? nullptr : &blocks_[random.below(blocks_.size())];
}

Block* Blocks::find(VirtAddr address) {
  for (Block& block : blocks_) {
    if (address >= block.base && address < pages_after(block.base, block.pages)) return &block;
  }
  return nullptr;
}

bool Blocks::contain(Part part) {
  Block* block = find(part.base);
  return block != nullptr &&
         pages_after(part.base, part.pages) <= pages_after(block->base, block->pages);
}

Part Blocks::any_part(sim::Random& random, PageCount most) {
  Block* block = any(random);
  if (block == nullptr) return {};
  const PageCount used = std::min(block->pages, kUsual);
  const PageIndex first = random.below(used);
  return {pages_after(block->base, first), 1 + random.below(std::min(used - first, most))};
}

void Blocks::add(Block block) {
  blocks_.push_back(block);
  used_pages_ += std::min(block.pages, kUsual);
}

void Blocks::remove(Block& block) {
  used_pages_ -= std::min(block.pages, kUsual);
  block = blocks_.back();
  blocks_.pop_back();
}

void Blocks::change(Block& block, Block to) {
  used_pages_ -= std::min(block.pages, kUsual);
  used_pages_ += std::min(to.pages, kUsual);
  block = to;
}

}  // namespace mobius::simulation
