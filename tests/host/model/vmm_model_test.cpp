// R24, R25, R21: a million random calls against the interval model. The window the model covers is
// all of the user range that is free: everything else is taken by one big reservation on each side.
#include "mm/calls/vmm.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "mm/invariants.h"
#include "model/interval_model.h"
#include "sim/random.h"
#include "sim/sim_user.h"

namespace mobius::model {
namespace {

constexpr VirtAddr kWindow{0x20000000};
constexpr PageCount kWindowPages = 400;

class VmmModel {
 public:
  explicit VmmModel(uint64_t seed)
      : machine_({.frames = 4096}), user_(machine_), random_(seed), model_(kWindow, kWindowPages) {
    VirtAddr end = pages_after(kWindow, kWindowPages);
    PageCount below = (kWindow - kUserRange.begin) >> kPageShift;
    PageCount above = (kUserRange.end - end) >> kPageShift;
    EXPECT_EQ(mm::vmm_reserve_area(space(), below, kUserRange.begin).value(), kUserRange.begin);
    EXPECT_EQ(mm::vmm_reserve_area(space(), above, end).value(), end);
  }

  void step() {
    switch (random_.below(10)) {
      case 0:
      case 1:
      case 2: alloc(); break;
      case 3:
      case 4: free(); break;
      case 5: reserve(); break;
      case 6: unmap(); break;
      case 7:
      case 8: protect(); break;
      case 9: resize(); break;
    }
  }

  // Every page's kind and rights agree with the model.
  void compare() {
    mm::check_machine(machine_.manager);
    for (uint32_t i = 0; i < model_.size(); ++i) {
      auto info = mm::vmm_query(space(), model_.address(i)).value();
      const IntervalModel::Page& page = model_.at(i);
      switch (page.what) {
        case IntervalModel::Page::What::Free: ASSERT_FALSE(info.kind.has_value()); break;
        case IntervalModel::Page::What::Reserved:
          ASSERT_EQ(info.kind, mm::RegionKind::Reserved);
          break;
        case IntervalModel::Page::What::Block: {
          auto [first, count] = model_.block_at(i);
          ASSERT_EQ(info.kind, mm::RegionKind::Block);
          ASSERT_EQ(info.access, page.access);
          ASSERT_EQ(info.range, VirtRange::of_pages(model_.address(first), count));
          break;
        }
      }
    }
  }

 private:
  mm::AddressSpace& space() { return user_.space(); }
  uint32_t any_index() { return random_.below(model_.size()); }
  uint32_t any_count() { return 1 + random_.below(random_.chance(8) ? 200 : 12); }

  void alloc() {
    uint32_t wanted = any_index(), count = any_count();
    Access access = static_cast<Access>(random_.below(3));
    VirtAddr base = model_.address(wanted) + random_.below(kPageSize);
    auto got = mm::vmm_alloc(space(), count, base, {.access = access});
    IntervalModel::Page page{IntervalModel::Page::What::Block, wanted, 0, access};
    if (model_.in_reservation(wanted, count)) {
      page.reservation = model_.at(wanted).block + 1;
      ASSERT_EQ(got.value(), model_.address(wanted));
      model_.fill(wanted, count, page);
      return;
    }
    auto place = model_.place(wanted, count);
    ASSERT_EQ(got.has_value(), place.has_value());
    if (!place) {
      ASSERT_EQ(got.error(), Error::OutOfAddressSpace);
      return;
    }
    ASSERT_EQ(*got, model_.address(*place));
    page.block = *place;
    model_.fill(*place, count, page);
  }

  void free() {
    uint32_t index = any_index();
    auto freed = mm::vmm_free(space(), model_.address(index) + random_.below(kPageSize));
    ASSERT_EQ(freed.has_value(), model_.is_block(index));
    if (!freed) return;
    auto [first, count] = model_.block_at(index);
    model_.free_block(first, count);
  }

  void reserve() {
    if (!random_.chance(4)) return free();
    uint32_t wanted = any_index(), count = any_count();
    auto got = mm::vmm_reserve_area(space(), count, model_.address(wanted));
    auto place = model_.place(wanted, count);
    ASSERT_EQ(got.has_value(), place.has_value());
    if (!place) return;
    ASSERT_EQ(*got, model_.address(*place));
    model_.fill(*place, count, {IntervalModel::Page::What::Reserved, *place, 0, Access::None});
  }

  void unmap() {
    uint32_t index = any_index();
    auto done = mm::vmm_unmap(space(), model_.address(index));
    const IntervalModel::Page& page = model_.at(index);
    if (page.what == IntervalModel::Page::What::Free || model_.is_block(index)) {
      bool in_reservation = model_.is_block(index) && page.reservation != 0;
      ASSERT_EQ(done.error(), in_reservation ? Error::Busy : Error::BadArgument);
      return;
    }
    uint32_t reservation = page.block;
    ASSERT_EQ(done.has_value(), !model_.reservation_has_blocks(reservation));
    if (!done) return;
    for (uint32_t i = reservation; i < model_.size(); ++i) {
      const IntervalModel::Page& p = model_.at(i);
      if (p.what != IntervalModel::Page::What::Reserved || p.block != reservation) break;
      model_.fill(i, 1, {});
    }
  }

  void protect() {
    uint32_t index = any_index(), count = 1 + random_.below(8);
    Access access = static_cast<Access>(random_.below(3));
    auto done = mm::vmm_protect(space(), model_.address(index), count, access);
    bool inside = model_.is_block(index) && model_.all(index, count, [&](const auto& p) {
      return p.what == IntervalModel::Page::What::Block && p.block == model_.at(index).block;
    });
    ASSERT_EQ(done.has_value(), inside);
    if (inside) model_.protect(index, count, access);
  }

  void resize() {
    uint32_t index = any_index(), count = 1 + random_.below(24);
    auto got = mm::vmm_resize(space(), model_.address(index), count);
    if (!model_.is_block(index)) {
      ASSERT_EQ(got.error(), Error::BadArgument);
      return;
    }
    auto [first, old] = model_.block_at(index);
    std::vector<IntervalModel::Page> pages;
    for (uint32_t i = 0; i < old; ++i) pages.push_back(model_.at(first + i));
    uint32_t reservation = pages[0].reservation;
    uint32_t more = count > old ? count - old : 0;
    bool extends = reservation == 0
                       ? model_.free(first + old, more)
                       : model_.all(first + old, more, [&](const auto& p) {
                           return p.what == IntervalModel::Page::What::Reserved &&
                                  p.block == reservation - 1;
                         });
    uint32_t target = first;
    if (more > 0 && !extends) {
      auto place = model_.place(0, count);
      ASSERT_EQ(got.has_value(), place.has_value());
      if (!place) return;
      target = *place;
      for (auto& p : pages) p.reservation = 0;
    }
    ASSERT_EQ(got.value(), model_.address(target));
    model_.free_block(first, old);
    pages.resize(count, pages.back());
    for (uint32_t i = 0; i < count; ++i) {
      pages[i].block = target;
      model_.fill(target + i, 1, pages[i]);
    }
  }

  sim::SimMachine machine_;
  sim::SimUser user_;
  sim::Random random_;
  IntervalModel model_;
};

TEST(VmmModel, R24_R25_R21_a_million_random_calls_do_what_the_interval_model_says) {
  constexpr int kSeeds = 100, kSteps = 10'000;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    VmmModel model(seed);
    for (int i = 0; i < kSteps; ++i) {
      SCOPED_TRACE("step " + std::to_string(i));
      ASSERT_NO_FATAL_FAILURE(model.step());
      if (i % 500 == 0) { ASSERT_NO_FATAL_FAILURE(model.compare()); }
    }
    ASSERT_NO_FATAL_FAILURE(model.compare());
  }
}

}  // namespace
}  // namespace mobius::model
