// What a program does wrong to its heap, and the one line that says so (libc/malloc/messages.h):
// the address, the size class, and with the D option who allocated it.
#include "heap_fixture.h"

namespace mobius::test {
namespace {

std::string hex(const void* p) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%zx", static_cast<size_t>(address(p)));
  return text;
}

std::string block(const void* p, size_t class_bytes) {
  return hex(p) + ", " + std::to_string(class_bytes) + "-byte class\n";
}

// Reports say the address that the death's own heap has: a death is a copy of the test's process.
class HeapDeath : public Heap {
 protected:
  HeapDeath() { GTEST_FLAG_SET(death_test_style, "fast"); }
};

TEST_F(HeapDeath, R22_FreedTwice) {
  for (size_t bytes : {1u, 48u, 1000u, 30'000u}) {
    void* p = mobius_malloc(bytes);
    EXPECT_DEATH((mobius_free(p), mobius_free(p)),
                 "^free: freed before: " + block(p, mobius_malloc_usable_size(p)) + "$");
    mobius_free(p);
  }
}

TEST_F(HeapDeath, R22_FreedTwiceWithOthersBetween) {
  void* p = mobius_malloc(48);
  void* others[10];
  for (void*& other : others) other = mobius_malloc(48);
  EXPECT_DEATH(
      {
        mobius_free(others[0]);
        mobius_free(p);
        for (int i = 1; i < 10; ++i) mobius_free(others[i]);
        mobius_free(p);
      },
      "^free: freed before: " + block(p, mobius_malloc_usable_size(p)) + "$");
  mobius_free(p);
  for (void* other : others) mobius_free(other);
}

// By then it is in its span's list, and no longer in the thread's.
TEST_F(HeapDeath, R22_FreedTwiceAfterItLeftTheThread) {
  void* p = mobius_malloc(48);
  void* neighbour = mobius_malloc(48);
  EXPECT_DEATH(
      {
        mobius_free(p);
        cache_finish();
        mobius_free(p);
      },
      "^free: freed before: " + block(p, mobius_malloc_usable_size(p)) + "$");
  mobius_free(p);
  mobius_free(neighbour);
}

TEST_F(HeapDeath, R22_OtherCallsNoticeWhatIsFreed) {
  void* p = mobius_malloc(48);
  const std::string named = block(p, mobius_malloc_usable_size(p));
  EXPECT_DEATH((mobius_free(p), mobius_realloc(p, 10)), "^realloc: freed before: " + named);
  EXPECT_DEATH((mobius_free(p), mobius_free_sized(p, 48)), "^free_sized: freed before: ");
  EXPECT_DEATH((mobius_free(p), mobius_malloc_usable_size(p)),
               "^malloc_usable_size: freed before: ");
  mobius_free(p);
}

TEST_F(HeapDeath, R22_LargeOnesFreedTwice) {
  for (size_t bytes : {100'000u, 1'000'000u}) {
    void* p = mobius_malloc(bytes);
    EXPECT_DEATH((mobius_free(p), mobius_free(p)),
                 "^free: " + hex(p) + " is no block: not of malloc, or freed before\n$");
    mobius_free(p);
  }
}

TEST_F(HeapDeath, R22_InsideAnObject) {
  char* p = static_cast<char*>(mobius_malloc(1000));
  for (int inside : {1, 8, 16, 1008}) {
    EXPECT_DEATH(mobius_free(p + inside), "^free: " + hex(p + inside) + " is no block, but lies " +
                                              std::to_string(inside) + " bytes into " +
                                              block(p, 1024));
  }
  EXPECT_DEATH(mobius_realloc(p + 16, 5), "^realloc: " + hex(p + 16) + " is no block, but lies");
  mobius_free(p);
}

TEST_F(HeapDeath, R22_InsideALargeBlock) {
  for (size_t bytes : {100'000u, 1'000'000u}) {
    char* p = static_cast<char*>(mobius_malloc(bytes));
    for (int inside : {1, 16, 4096, 8192 + 16}) {
      EXPECT_DEATH(mobius_free(p + inside), "^free: " + hex(p + inside) + " is no block");
    }
    mobius_free(p);
  }
}

TEST_F(HeapDeath, R22_ForeignPointers) {
  static int global;
  int local;
  void* foreign[] = {&global,
                     &local,
                     reinterpret_cast<void*>(16),
                     reinterpret_cast<void*>(8),
                     reinterpret_cast<void*>(0x10000),
                     reinterpret_cast<void*>(0xFFFFFFF0),
                     reinterpret_cast<void*>(&mobius_free)};
  for (void* p : foreign) {
    EXPECT_DEATH(mobius_free(p),
                 "^free: " + hex(p) + " is no block: not of malloc, or freed before\n$");
  }
}

// A place in a span where objects will begin, but that nobody was ever handed.
TEST_F(HeapDeath, R22_WhatWasNeverHandedOut) {
  const unsigned c = class_of(9'000);
  std::vector<void*> taken;
  const span* of_last;
  do {
    taken.push_back(mobius_malloc(9'000));
    const uintptr_t base = address(taken.back()) & ~uintptr_t{class_mask[c]};
    of_last = span_at(reinterpret_cast<void*>(base));
  } while (of_last->fresh == of_last->capacity);
  char* never = span_base(of_last) + of_last->fresh * class_bytes[c];
  EXPECT_DEATH(mobius_free(never), "^free: " + hex(never) + " is no block: never handed out, ");
  for (void* p : taken) mobius_free(p);
}

void expect_no_block(char* p, const std::string& text) {
  const std::string named = hex(p) + " is no block" + text;
  EXPECT_DEATH(mobius_free(p), "^free: " + named);
  EXPECT_DEATH(mobius_realloc(p, 5), "^realloc: " + named);
  EXPECT_DEATH(mobius_free_sized(p, 1), "^free_sized: " + named);
  EXPECT_DEATH(mobius_free_aligned_sized(p, 16, 1), "^free_sized: " + named);
  EXPECT_DEATH(mobius_malloc_usable_size(p), "^malloc_usable_size: " + named);
}

// What no test before has used: each of these has a process of its own (scripts/lib/host_tests.py).
using FreshHeap = HeapDeath;

// Of each size: the neighbour, the last of its page and of its span, what lies behind that, and the
// middle of each. One object of the class is out, and one is back.
TEST_F(FreshHeap, R22_EverySlotThatWasNeverHandedOut) {
  std::vector<void*> taken;
  for (unsigned c = CLASS_FIRST; c <= CLASS_LAST; ++c) {
    const uint32_t bytes = class_bytes[c], span_bytes = class_mask[c] + 1;
    char* base = static_cast<char*>(mobius_malloc(bytes));
    taken.push_back(base);
    ASSERT_EQ(address(base) & class_mask[c], 0u) << bytes;
    mobius_free(mobius_malloc(bytes));
    const std::string text = ": never handed out, " + std::to_string(bytes) + "-byte class\n$";
    const uint32_t last_of_page = bytes < kPage ? (kPage - 1) / bytes : 3,
                   last = span_bytes / bytes;
    for (uint32_t slot : {2u, last_of_page, last - 1, last}) {
      const uint32_t at = slot * bytes;
      if (at < 2 * bytes || at >= span_bytes) continue;
      expect_no_block(base + at, text);
      if (at + 16 < span_bytes && bytes > 16) {
        EXPECT_DEATH(mobius_free(base + at + 16), text);
      }
    }
  }
  for (void* p : taken) mobius_free(p);
}

// Of what is larger: the pages inside, those behind the end, and the records.
TEST_F(HeapDeath, R22_WhatIsNoBlockAroundPages) {
  const std::string text = ": not of malloc, or freed before\n$";
  std::vector<void*> taken{mobius_malloc(40'000)};
  char* chunk = reinterpret_cast<char*>(chunk_of(taken[0]));
  for (size_t bytes : {40'000u, 262'144u, 262'145u, 1'000'000u}) {
    char* p = static_cast<char*>(mobius_malloc(bytes));
    taken.push_back(p);
    const size_t usable = mobius_malloc_usable_size(p);
    for (size_t at : {size_t{kPage}, usable - kPage, usable}) expect_no_block(p + at, text);
  }
  for (size_t at : {size_t{0}, size_t{kPage}, size_t{CHUNK_END} * kPage}) {
    expect_no_block(chunk + at, text);
  }
  for (void* p : taken) mobius_free(p);
}

// One that was freed there must not be handed out twice: it is not taken at all, whatever else was.
TEST_F(FreshHeap, R22_TheNeighbourOfEachSize) {
  std::vector<void*> taken;
  for (size_t bytes = 16; bytes <= 32'768; bytes *= 2) {
    char* p = static_cast<char*>(mobius_malloc(bytes));
    taken.push_back(p);
    EXPECT_DEATH(mobius_free(p + bytes), "^free: 0x[0-9a-f]+ is no block");
  }
  for (void* p : taken) mobius_free(p);
}

TEST_F(HeapDeath, R22_WrittenToAfterItWasFreed) {
  void* p = mobius_malloc(48);
  EXPECT_DEATH(
      {
        mobius_free(p);
        std::memset(p, 0, 8);
        mobius_malloc(48);
      },
      "^malloc: written to after it was freed: " + block(p, mobius_malloc_usable_size(p)) + "$");
  EXPECT_DEATH(
      {
        mobius_free(p);
        std::memset(p, 0x55, 48);
        cache_finish();
      },
      "^malloc: written to after it was freed: " + block(p, mobius_malloc_usable_size(p)) + "$");
  mobius_free(p);
}

// Only the link was overwritten: what it leads to is no free object. (A block may be borrowed from
// a larger class: those after it are asked for in its own.)
TEST_F(HeapDeath, R22_AnOverwrittenLinkLeadsNowhere) {
  void* p = mobius_malloc(48);
  const size_t bytes = mobius_malloc_usable_size(p);
  std::vector<void*> others{mobius_malloc(bytes)};
  while (mobius_malloc_usable_size(others.back()) != bytes) others.push_back(mobius_malloc(bytes));
  void* const below = others.back();
  EXPECT_DEATH(
      {
        mobius_free(below);
        mobius_free(p);
        static_cast<uintptr_t*>(p)[1] ^= 8;  // into the middle of one
        for (int i = 0; i < 3; ++i) mobius_malloc(bytes);
      },
      "^malloc: written to after it was freed: ");
  mobius_free(p);
  for (void* other : others) mobius_free(other);
}

TEST_F(HeapDeath, R22_FreedWithAWrongSize) {
  for (size_t bytes : {48u, 100'000u}) {
    void* p = mobius_malloc(bytes);
    const size_t usable = mobius_malloc_usable_size(p);
    EXPECT_DEATH(mobius_free_sized(p, usable + 1), "^free_sized: not of that size: " + hex(p));
    EXPECT_DEATH(mobius_free_aligned_sized(p, 16, usable + 1), "^free_sized: not of that size: ");
    mobius_free_sized(p, bytes);
  }
  mobius_free_sized(nullptr, 7);
}

// The pages before the objects and behind the last are nobody's.
TEST_F(HeapDeath, R22_GuardPagesAroundAChunk) {
  void* p = mobius_malloc(48);
  char* chunk = reinterpret_cast<char*>(chunk_of(p));
  EXPECT_DEATH(chunk[(CHUNK_FIRST << PAGE_SHIFT) - 1] = 1, "");
  EXPECT_DEATH(chunk[CHUNK_END << PAGE_SHIFT] = 1, "");
  mobius_free(p);
}

// A word that looks like a free object's, by chance: the program's own, and no fault.
TEST_F(HeapDeath, R22_AnInnocentWordIsNoTag) {
  auto* p = static_cast<uintptr_t*>(mobius_malloc(48));
  p[0] = tag_of(p);
  p[1] = 12345;
  mobius_free(p);
  p = static_cast<uintptr_t*>(mobius_malloc(48));
  mobius_free(p);
}

}  // namespace
}  // namespace mobius::test
