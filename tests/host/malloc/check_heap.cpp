// The walk over all that the heap keeps (heap_fixture.h). A chunk is found by the kernel's blocks:
// what is not in the program's hands as a block of its own is one.
#include <algorithm>

#include "heap_fixture.h"

namespace mobius::test {
namespace {

bool bit(const uint32_t* bits, uint32_t page) {
  return bits[page / 32] >> page % 32 & 1;
}

size_t length_of(const struct object* object) {
  size_t length = 0;
  for (; object; object = next_of(object), ++length) {
    EXPECT_EQ(object->tag, tag_of(object));
    if (object->tag != tag_of(object) || length > 65536) break;
  }
  return length;
}

struct Walk {
  HeapCount count;
  size_t in_cache = 0, used = 0;

  void span(struct chunk* chunk, uint32_t page, unsigned c) {
    const struct span& span = chunk->spans[page];
    const uintptr_t base = address(chunk) + page * kPage;
    EXPECT_EQ(base & class_mask[c], 0u);
    EXPECT_EQ(span.pages * kPage, class_mask[c] + 1);
    EXPECT_EQ(span.capacity, (class_mask[c] + 1) / class_bytes[c]);
    EXPECT_LE(span.fresh, span.capacity);
    for (const struct object* o = span.free; o; o = next_of(o)) {
      EXPECT_EQ(class_at(address(o)), c);
      EXPECT_EQ(address(o) & ~uintptr_t{class_mask[c]}, base);
      EXPECT_TRUE(begins_object(address(o), c));
      if (o->tag != tag_of(o)) break;
    }
    EXPECT_EQ(span.used + length_of(span.free), span.fresh) << "class " << c;
    EXPECT_EQ(span.listed, span.free || span.fresh < span.capacity);
    for (uint32_t i = 0; i < span.pages; ++i) {
      const unsigned of_page = class_at(base + i * kPage);
      EXPECT_TRUE(of_page == c || of_page == CLASS_FRESH + c) << of_page << ", not " << c;
    }
    slots(span, base, c);
    used += span.used;
    ++count.spans;
  }

  // What was never handed out looks like no block, and what was is in a page that says so.
  void slots(const struct span& span, uintptr_t base, unsigned c) {
    const auto& ours = host_cache.fresh[c];
    for (uint32_t i = 0; (i + 1) * class_bytes[c] <= class_mask[c] + 1; ++i) {
      const auto* object = reinterpret_cast<const struct object*>(base + i * class_bytes[c]);
      const char* p = reinterpret_cast<const char*>(object);
      const bool never = i >= span.fresh || (p >= ours.from && p < ours.end);
      const bool entered = class_at(address(object)) == c;
      if (!never) EXPECT_TRUE(entered) << "class " << c << " slot " << i;
      if (never && entered) {
        EXPECT_TRUE(object->tag == tag_of(object) && is_fresh(object)) << c << " slot " << i;
      }
    }
  }

  // Returns how many pages it has.
  uint32_t run(struct chunk* chunk, uint32_t page) {
    unsigned c = class_at(address(chunk) + page * kPage);
    if (c >= CLASS_FRESH) c -= CLASS_FRESH;
    EXPECT_TRUE(c >= CLASS_FIRST && c <= CLASS_RUN) << c << " at page " << page;
    if (c == CLASS_RUN)
      ++count.runs;
    else
      span(chunk, page, c);
    const uint32_t pages = chunk->spans[page].pages;
    for (uint32_t i = 0; i < pages; ++i) EXPECT_TRUE(bit(chunk->used, page + i));
    return pages ? pages : 1;
  }

  void chunk(struct chunk* chunk) {
    uint32_t free = 0;
    for (uint32_t page = CHUNK_FIRST; page < CHUNK_END;) {
      if (bit(chunk->used, page)) {
        const uint32_t pages = run(chunk, page);
        count.used_pages += pages;
        page += pages;
        continue;
      }
      EXPECT_EQ(class_at(address(chunk) + page * kPage), unsigned{CLASS_NONE});
      const bool touched = bit(chunk->touched, page);
      count.touched_free += touched;
      if (!touched) {
        EXPECT_FALSE(FakeVmm::touched(reinterpret_cast<char*>(chunk) + page * kPage)) << page;
      }
      ++free;
      ++page;
    }
    EXPECT_EQ(free, chunk->free_pages);
    ++count.chunks;
  }

  void cache() {
    for (unsigned c = CLASS_FIRST; c <= CLASS_LAST; ++c) {
      const struct cache::fresh_objects& fresh = host_cache.fresh[c];
      const size_t listed = length_of(host_cache.list[c]), spare = length_of(host_cache.spare[c]);
      if (listed) {
        EXPECT_EQ(listed + host_cache.room[c], CACHE_BATCH(c)) << c;
      }
      if (spare) {
        EXPECT_EQ(spare, CACHE_BATCH(c)) << c;
      }
      in_cache += listed + spare + (fresh.end - fresh.from) / class_bytes[c];
    }
  }
};

// Kept blocks are whole blocks of the kernel's, and nobody's.
size_t count_kept() {
  size_t count = 0, pages = 0;
  for (const kept_block& kept : kept_blocks) {
    if (kept.pages == 0) continue;
    EXPECT_EQ(class_at(address(kept.base)), unsigned{CLASS_NONE});
    EXPECT_EQ(vmm.blocks.at(address(kept.base)), kept.pages);
    ++count;
    pages += kept.pages;
  }
  EXPECT_EQ(kept_pages(), pages);
  EXPECT_LE(pages, DEMAND_MOST);
  return count;
}

bool is_kept(uintptr_t base) {
  const auto here = [&](const kept_block& kept) {
    return kept.pages != 0 && address(kept.base) == base;
  };
  return std::ranges::any_of(kept_blocks, here);
}

}  // namespace

HeapCount check_heap() {
  Walk walk;
  walk.count.kept = count_kept();
  for (const auto& [base, pages] : vmm.blocks) {
    if (is_kept(base)) continue;
    const uintptr_t chunk = (base + CHUNK_BYTES - 1) & ~uintptr_t{CHUNK_BYTES - 1};
    bool block = false;
    for (size_t i = 0; i < pages && !block; ++i) block = class_at(base + i * kPage) == CLASS_BLOCK;
    if (block)
      ++walk.count.blocks;
    else
      walk.chunk(reinterpret_cast<struct chunk*>(chunk));
  }
  walk.cache();
  EXPECT_GE(walk.used, walk.in_cache);
  walk.count.objects = walk.used - walk.in_cache;
  const struct pages_state state = pages_state();
  EXPECT_EQ(state.chunks, walk.count.chunks);
  EXPECT_EQ(state.used, walk.count.used_pages);
  EXPECT_EQ(state.touched_free, walk.count.touched_free);
  return walk.count;
}

}  // namespace mobius::test
