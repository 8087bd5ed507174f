// MALLOC_OPTIONS (libc/malloc/options.h), a letter each: canaries, debug, guard pages, junk. A
// heap reads them once, as it begins: each test is a process of its own.
#include "heap_fixture.h"

namespace mobius::test {
namespace {

// Not of Heap: nothing may begin the heap here.
class Options : public ::testing::Test {
 protected:
  Options() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  static void begin(const char* options) {
    vmm.options = options;
    cache_start();
  }
  [[noreturn]] static void end() {
    std::fputs("well\n", stderr);
    std::_Exit(0);
  }
  static unsigned char* take(size_t bytes) {
    return static_cast<unsigned char*>(mobius_malloc(bytes));
  }
};
#define EXPECT_WELL(...) EXPECT_EXIT(__VA_ARGS__, testing::ExitedWithCode(0), "^well\n$")

bool all_are(const unsigned char* p, size_t from, size_t to, unsigned char what) {
  for (size_t i = from; i < to; ++i) {
    if (p[i] != what) return false;
  }
  return true;
}

void need(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::_Exit(1);
}

// ---- canaries -----------------------------------------------------------------------------------
// Of a block of less than 16 bytes, the byte behind those: freeing writes there before it looks.
TEST_F(Options, R22_C_AByteBeyondTheEndIsNoticed) {
  for (size_t bytes : {0u, 1u, 13u, 40u, 1000u, 30'000u, 100'000u, 500'000u}) {
    EXPECT_DEATH(
        {
          begin("C");
          unsigned char* p = take(bytes);
          p[bytes < 16 ? 16 : bytes] ^= 1;
          mobius_free(p);
        },
        "^free: written to beyond its end: 0x[0-9a-f]+, [0-9]+(-byte class| bytes of pages), "
        "allocated at 0x[0-9a-f]+\n$")
        << bytes;
  }
}

TEST_F(Options, R22_C_FarBeyondTheEndIsNoticed) {
  EXPECT_DEATH(
      {
        begin("C");
        unsigned char* p = take(100);
        std::memset(p + 100, 0, 60);
        mobius_free(p);
      },
      "^free: written to beyond its end: ");
}

TEST_F(Options, R22_C_WhatKeepsItsBoundsIsWell) {
  EXPECT_WELL({
    begin("C");
    for (size_t bytes = 0; bytes < 3000; ++bytes) {
      unsigned char* p = take(bytes);
      std::memset(p, 0, bytes);
      need(mobius_malloc_usable_size(p) == bytes, "usable is what was asked for");
      p = static_cast<unsigned char*>(mobius_realloc(p, bytes + 77));
      need(all_are(p, 0, bytes, 0), "realloc keeps");
      std::memset(p, 0, bytes + 77);
      mobius_free_sized(p, bytes + 77);
    }
    end();
  });
}

TEST_F(Options, R22_C_AlignedBlocksHaveCanariesToo) {
  EXPECT_DEATH(
      {
        begin("C");
        auto* p = static_cast<unsigned char*>(mobius_memalign(64, 40));
        p[40] = 0;
        mobius_free(p);
      },
      "^free: written to beyond its end: ");
}

// ---- debug --------------------------------------------------------------------------------------
__attribute__((noinline)) void* allocate(size_t bytes) {
  void* p = mobius_malloc(bytes);
  asm volatile("" : : "r"(p));  // or malloc would be jumped to
  return p;
}

// The address that the message names lies in allocate().
void free_twice_and_say(size_t bytes) {
  void* p = allocate(bytes);
  const void* caller = options_caller(p, bytes > OBJECT_LIMIT ? large_usable(p)
                                                              : class_bytes[class_at(address(p))]);
  const uintptr_t from = address(reinterpret_cast<void*>(&allocate));
  need(address(caller) > from && address(caller) < from + 256, "the caller is allocate()");
  std::fprintf(stderr, "caller 0x%zx\n", static_cast<size_t>(address(caller)));
  mobius_free(p);
  mobius_free(p);
}

TEST_F(Options, R22_D_MessagesNameWhoAllocated) {
  EXPECT_DEATH((begin("D"), free_twice_and_say(40)),
               "caller (0x[0-9a-f]+)\nfree: freed before: 0x[0-9a-f]+, 80-byte class, allocated at "
               "0x[0-9a-f]+\n$");
}

TEST_F(Options, R22_D_EveryFormKnowsItsCaller) {
  EXPECT_WELL({
    begin("D");
    void* out = nullptr;
    need(mobius_posix_memalign(&out, 64, 10) == 0, "posix_memalign");
    for (void* p : {mobius_calloc(3, 5), mobius_realloc(nullptr, 7), mobius_memalign(32, 9),
                    mobius_aligned_alloc(64, 64), mobius_realloc(mobius_malloc(3), 500), out}) {
      const size_t usable = class_bytes[class_at(address(p))];
      need(options_caller(p, usable) != nullptr, "a caller");
      mobius_free(p);
    }
    end();
  });
}

// ---- guard pages --------------------------------------------------------------------------------
TEST_F(Options, R22_G_ALargeBlockEndsAtAGuardPage) {
  for (size_t bytes : {300'000u, 1'048'576u}) {
    EXPECT_DEATH(
        {
          begin("G");
          unsigned char* p = take(bytes);
          p[large_usable(p)] = 1;
        },
        "")
        << bytes;
  }
  EXPECT_WELL({
    begin("G");
    unsigned char* p = take(300'000);
    std::memset(p, 1, large_usable(p));
    p = static_cast<unsigned char*>(mobius_realloc(p, 900'000));
    need(all_are(p, 0, 300'000, 1), "realloc keeps");
    mobius_free(p);
    need(vmm.protects >= 2 && vmm.blocks.empty(), "guards come and go");
    end();
  });
}

// ---- junk ---------------------------------------------------------------------------------------
TEST_F(Options, R22_J_NewAndFreedBlocksAreFullOfJunk) {
  EXPECT_WELL({
    begin("J");
    unsigned char* p = take(1000);
    need(all_are(p, 0, 1000, 0xA5), "new");
    mobius_free(p);
    need(all_are(p, sizeof(struct object), 1000, 0x5A), "freed");
    auto* q = static_cast<unsigned char*>(mobius_calloc(1000, 1));
    need(all_are(q, 0, 1000, 0), "calloc's");
    for (size_t bytes : {100'000u, 500'000u}) {
      unsigned char* large = take(bytes);
      need(all_are(large, 0, bytes, 0xA5), "new and large");
      mobius_free(large);
    }
    end();
  });
}

TEST_F(Options, R22_J_WhoeverWritesThereIsFound) {
  for (int where : {16, 100, 999}) {
    EXPECT_DEATH(
        {
          begin("J");
          void* neighbour = take(1000);
          unsigned char* p = take(1000);
          mobius_free(p);
          p[where] = 1;
          take(1000);
          mobius_free(neighbour);
        },
        "^malloc: written to after it was freed: 0x[0-9a-f]+, 1024-byte class\n$")
        << where;
  }
}

// ---- together -----------------------------------------------------------------------------------
TEST_F(Options, R22_AllAtOnceAreWell) {
  for (const char* options : {"CDGJ", "CJ", "DJ", "xCyD", "", "qrs"}) {
    EXPECT_WELL({
      begin(options);
      std::vector<unsigned char*> live(64);
      for (unsigned i = 0; i < 5000; ++i) {
        unsigned char*& p = live[i * 7919 % 64];
        const size_t bytes = i * 104729 % (i % 64 ? 3000 : 400'000);
        p = static_cast<unsigned char*>(i % 3 ? mobius_realloc(p, bytes)
                                              : (mobius_free(p), mobius_calloc(bytes, 1)));
        std::memset(p, static_cast<int>(i), bytes);
      }
      for (unsigned char* p : live) mobius_free(p);
      end();
    }) << options;
  }
}

TEST_F(Options, R22_FreedTwiceIsNoticedWithEach) {
  for (const char* options : {"C", "D", "G", "J", "CDGJ"}) {
    EXPECT_DEATH(
        {
          begin(options);
          void* neighbour = take(40);
          void* p = take(40);
          mobius_free(p);
          mobius_free(p);
          mobius_free(neighbour);
        },
        "^free: freed before: ")
        << options;
  }
}

}  // namespace
}  // namespace mobius::test
