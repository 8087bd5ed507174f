// Spans and pages (libc/malloc/spans.c, pages.c): which are handed out, which go back, and which
// are never touched.
#include <algorithm>

#include "heap_fixture.h"

namespace mobius::test {
namespace {

char* page_of(const void* p) { return reinterpret_cast<char*>(address(p) & ~(kPage - 1)); }

// ---- runs --------------------------------------------------------------------------------------
TEST_F(Heap, R22_TheLowestRunThatFitsIsTaken) {
  fill_holes();
  void* runs[6];
  for (void*& run : runs) run = mobius_malloc(10 * kPage);
  mobius_free(runs[3]);
  mobius_free(runs[1]);
  EXPECT_EQ(mobius_malloc(10 * kPage), runs[1]);
  EXPECT_EQ(mobius_malloc(9 * kPage), runs[3]);
  for (void* run : runs) mobius_free(run);
}

TEST_F(Heap, R22_NeighboursThatAreFreeAreOneRun) {
  fill_holes();
  void* runs[4];
  for (void*& run : runs) run = mobius_malloc(20 * kPage);
  mobius_free(runs[0]);
  mobius_free(runs[1]);
  void* both = mobius_malloc(40 * kPage);
  EXPECT_EQ(both, runs[0]);
  mobius_free(both);
  mobius_free(runs[2]);
  mobius_free(runs[3]);
}

TEST_F(Heap, R22_RunsOfEveryLengthLieApart) {
  for (size_t pages = 9; pages <= RUN_LIMIT / kPage; ++pages) take(pages * kPage);
  const HeapCount count = check_heap();
  EXPECT_EQ(count.runs, RUN_LIMIT / kPage - 8);
  std::reverse(live.begin() + 5, live.end() - 20);
  free_all();
}

// ---- giving back -------------------------------------------------------------------------------
// A program that shrank: what it gave back lies idle for a while, then it is the kernel's again.
TEST_F(Heap, R22_AShrunkProgramGivesItsMemoryBack) {
  for (int i = 0; i < 3000; ++i) take(9 * kPage);
  EXPECT_GE(vmm.pages(), 27'000u);
  free_all();
  EXPECT_LE(check_heap().touched_free, 256u);
  EXPECT_LE(vmm.pages(), 3 * CHUNK_PAGES);
}

TEST_F(Heap, R22_AShrunkProgramOfSmallObjectsGivesItsMemoryBack) {
  for (int i = 0; i < 300'000; ++i) take(50 + i % 200);
  free_all();
  cache_finish();
  EXPECT_LE(check_heap().touched_free, 256u);
  EXPECT_LE(vmm.pages(), 3 * CHUNK_PAGES);
}

// One live object in each chunk: the pages around it are the kernel's nevertheless.
TEST_F(Heap, R22_PagesGoBackOfChunksThatStay) {
  std::vector<void*> few, many;
  for (int i = 0; i < 2000; ++i) (i % 100 ? many : few).push_back(mobius_malloc(9 * kPage));
  for (void* p : many) std::memset(p, 1, 9 * kPage);
  for (void* p : many) mobius_free(p);
  EXPECT_LE(check_heap().touched_free, 256u + 20 * 9 / 8);
  EXPECT_GT(vmm.advises, 0u);
  size_t resident = 0;
  for (const auto& [base, pages] : vmm.blocks) {
    resident += FakeVmm::touched_pages(reinterpret_cast<void*>(base), pages * kPage);
  }
  EXPECT_LE(resident, 256u + vmm.blocks.size() * CHUNK_FIRST + 20 * 9 / 8);
  for (void* p : few) mobius_free(p);
}

// A program that takes as much as it gives back keeps its pages.
TEST_F(Heap, R22_PagesThatComeAndGoStay) {
  const auto round = [&] {
    for (int i = 0; i < 40; ++i) take(12 * kPage);
    free_all();
  };
  for (int i = 0; i < 10; ++i) round();
  const size_t before = vmm.advises;
  for (int i = 0; i < 100; ++i) round();
  EXPECT_EQ(vmm.advises, before);
}

TEST_F(Heap, R22_WhatTheKernelWillNotTakeBackStays) {
  for (int i = 0; i < 200; ++i) take(12 * kPage);
  take(12 * kPage);  // the chunk stays
  const Block last = live.back();
  live.pop_back();
  vmm.failing = true;
  free_all();
  vmm.failing = false;
  check_heap();
  mobius_free(last.p);
}

// ---- spans -------------------------------------------------------------------------------------
TEST_F(Heap, R22_ObjectsOfAClassLieTogether) {
  std::vector<char*> pages;
  for (int i = 0; i < 64; ++i) {
    pages.push_back(page_of(take(64).p));
    take(3000);
  }
  std::ranges::sort(pages);
  EXPECT_LE(std::unique(pages.begin(), pages.end()) - pages.begin(), 2);
  free_all();
}

TEST_F(Heap, R22_AnEmptySpanServesAnotherClass) {
  for (int i = 0; i < 2000; ++i) take(64);
  const size_t used = check_heap().used_pages;
  free_all();
  for (int i = 0; i < 1000; ++i) take(128);
  EXPECT_LE(check_heap().used_pages, used + 4);
  free_all();
}

// A class without room takes from one a little larger that has some.
TEST_F(Heap, R22_AClassWithoutRoomBorrows) {
  for (int i = 0; i < 640; ++i) take(448);
  cache_finish();  // what is fresh goes back first: behind what is freed now
  for (size_t i = 0; i < live.size(); i += 2) {
    mobius_free(live[i].p);
    live[i] = live.back();
    live.pop_back();
  }
  cache_finish();
  const size_t spans = check_heap().spans;
  bool borrowed = false;
  for (int i = 0; i < 24 && !borrowed; ++i) {  // it may have a span of its own, with room for ten
    borrowed = class_at(address(take(400).p)) == class_of(448);
  }
  EXPECT_TRUE(borrowed);
  EXPECT_EQ(check_heap().spans, spans);
  free_all();
}

// Borrowed objects are aligned as their own class is.
TEST_F(Heap, R22_WhatIsBorrowedIsNotForAlignment) {
  for (int i = 0; i < 640; ++i) take(80);
  for (size_t i = 0; i < live.size(); i += 2) {
    mobius_free(live[i].p);
    live[i] = live.back();
    live.pop_back();
  }
  cache_finish();
  for (int i = 0; i < 200; ++i) {
    if (i % 2) take(64);
    else EXPECT_EQ(address(keep(mobius_memalign(64, 64), 64).p) % 64, 0u);
  }
  free_all();
}

// ---- untouched ---------------------------------------------------------------------------------
TEST_F(Heap, R22_FreshObjectsAreUntouched) {
  fill_holes();
  char* p = static_cast<char*>(mobius_malloc(30'000));
  EXPECT_EQ(FakeVmm::touched_pages(p, 30'000), 0u);
  void* run = mobius_malloc(200'000);
  EXPECT_EQ(FakeVmm::touched_pages(run, 200'000), 0u);
  void* block = mobius_malloc(2'000'000);
  EXPECT_EQ(FakeVmm::touched_pages(block, 2'000'000), 0u);
  for (void* q : {static_cast<void*>(p), run, block}) mobius_free(q);
}

TEST_F(Heap, R22_CallocDoesNotTouchFreshPages) {
  fill_holes();
  for (size_t bytes : {30'000u, 200'000u, 2'000'000u}) {
    void* p = mobius_calloc(bytes / 8, 8);
    EXPECT_EQ(FakeVmm::touched_pages(p, bytes), 0u) << bytes;
    mobius_free(p);
  }
}

TEST_F(Heap, R22_CallocZeroesWhatWasUsed) {
  for (size_t bytes : {24u, 100u, 1000u, 3000u, 20'000u, 100'000u, 262'144u, 400'000u}) {
    std::vector<void*> used;
    for (int i = 0; i < 20; ++i) used.push_back(std::memset(mobius_malloc(bytes), 0xEE, bytes));
    for (void* p : used) mobius_free(p);
    if (bytes % 3 == 0) cache_finish();  // by way of spans, and of pages
    for (void*& p : used) {
      auto* q = static_cast<unsigned char*>(p = mobius_calloc(bytes / 4, 4));
      ASSERT_TRUE(std::all_of(q, q + bytes, [](unsigned char c) { return c == 0; })) << bytes;
    }
    for (void* p : used) mobius_free(p);
  }
}

}  // namespace
}  // namespace mobius::test
