// A simulated process: how it begins, and how it is read back (program.h).
#include "simulation/program.h"

#include <algorithm>

#include "simulation/setting.h"

namespace mobius::simulation {

namespace {
constexpr uint32_t kStackPagesUsed = 12;
}  // namespace

Program::Program(Setting& setting, unsigned number, mm::KernelHeap::Owned<paging::PageTables> map,
                 mm::KernelHeap::Owned<mm::AddressSpace> space)
    : setting_(setting),
      memory_(setting, number, std::move(map), std::move(space)),
      locks_(setting, memory_, blocks_),
      calls_(setting, memory_, blocks_, locks_) {}

std::unique_ptr<Program> Program::start(Setting& setting, unsigned number, mm::ImageObject& image) {
  auto map = setting.machine.create_map();
  if (!map) return nullptr;
  auto space = mm::AddressSpace::create(setting.machine.manager, **map);
  if (!space) return nullptr;
  std::unique_ptr<Program> program(
      new Program(setting, number, std::move(*map), std::move(*space)));
  return program->load(image) ? std::move(program) : nullptr;
}

bool Program::load(mm::ImageObject& image) {
  auto stack = memory_.space->map_stack(1);
  if (!stack || !memory_.space->map_image(image)) return false;
  stack_ = *stack;
  memory_.oracle.add(stack_.begin, 1, Access::None);
  memory_.oracle.add(pages_after(stack_.begin, 1), kStackPagesUsed - 1, Access::ReadWrite);
  const VirtAddr base = image.layout().base;
  memory_.oracle.add(base, 4, Access::Read, 0);
  memory_.oracle.add(pages_after(base, 4), 2, Access::ReadWrite, 4 * kPageSize);
  memory_.oracle.add(pages_after(base, 6), 2, Access::ReadWrite);
  return true;
}

// False: not yet, for want of memory.
bool Program::have_back(VirtAddr page) {
  if (memory_.oracle.rights(page) == Access::None) {
    Block* block = blocks_.find(page);
    if (block == nullptr) return true;  // a stack's guard
    if (!mm::vmm_protect(*memory_.space, page, 1, Access::Read)) return false;
    memory_.oracle.protect(page, 1, Access::Read);
  }
  memory_.doomed = false;
  (void)memory_.read(page);
  return !memory_.doomed;
}

uint32_t Program::read_back() {
  uint32_t missing = 0;
  auto& pages = memory_.oracle.pages();
  for (auto it = pages.begin(); it != pages.end();) {
    const VirtAddr page{it->first << kPageShift};
    ++it;
    if (!have_back(page)) {
      ++missing;
      continue;
    }
    if (blocks_.find(page) != nullptr && !mm::vmm_discard(*memory_.space, page, 1)) {
      setting_.log.wrong("cannot discard %#x", page.value);
    }
    memory_.oracle.drop(page, 1);
  }
  free_what_is_done();
  return missing;
}

// Blocks that have been read back wholly; what is promised to them is for others now.
void Program::free_what_is_done() {
  std::erase_if(blocks_.all(), [&](const Block& block) {
    const auto next = memory_.oracle.pages().lower_bound(block.base.page_number());
    const bool done = next == memory_.oracle.pages().end() ||
                      next->first >= block.base.page_number() + block.pages;
    if (done && !mm::vmm_free(*memory_.space, block.base)) {
      setting_.log.wrong("cannot free %#x", block.base.value);
    }
    return done;
  });
}

}  // namespace mobius::simulation
