// Blocks: those that a program has.
#pragma once

#include <vector>

#include "base/units.h"
#include "sim/random.h"

namespace mobius::simulation {

struct Block {
  VirtAddr base;
  PageCount pages;
};
// Pages in a row of one block.
struct Part {
  VirtAddr base;
  PageCount pages = 0;  // 0: the program has no block
};

class Blocks {
 public:
  static constexpr PageCount kUsual = 40;  // pages; a bigger one is used at its beginning only

  std::vector<Block>& all() { return blocks_; }
  Block* any(sim::Random& random);
  Block* find(VirtAddr address);
  Part any_part(sim::Random& random, PageCount most);
  bool contain(Part part);
  // What is used of all.
  PageCount used_pages() const { return used_pages_; }

  void add(Block block);
  void remove(Block& block);
  void change(Block& block, Block to);

 private:
  std::vector<Block> blocks_;
  PageCount used_pages_ = 0;
};

}  // namespace mobius::simulation
