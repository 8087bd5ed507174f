/* sizes.h: size classes, as pure functions and tables.
 *
 *   1..16    16, 32, .. 256 bytes
 *   17..72   eight to each doubling, up to 32 KiB: a request wastes at most a sixth
 *
 * Class 0 is nobody's; two more mark the first page of what is larger. Objects of one class lie in
 * spans, aligned to their own size, a power of two: where an object lies in its span is a few bits
 * of its address. */
#ifndef MOBIUS_MALLOC_SIZES_H
#define MOBIUS_MALLOC_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SHIFT 12
#define PAGE_BYTES 4096u
#define TABLE_LIMIT 1024u    /* up to here a table knows the class */
#define OBJECT_LIMIT 32768u  /* above: whole pages */
#define RUN_LIMIT 262144u    /* above: a VmmAlloc block of its own */
#define REQUEST_LIMIT 0x7FFF0000u /* nothing larger fits the user range; far below PTRDIFF_MAX */

/* CLASS_FRESH + class: no object that begins in the page was ever handed out. */
enum { CLASS_NONE, CLASS_FIRST, CLASS_LAST = 72, CLASS_RUN, CLASS_BLOCK,
       CLASS_FRESH = 128, CLASS_COUNT = CLASS_FRESH + CLASS_LAST + 1 };

/* Of each class; all zero for those without objects, and for fresh ones. */
extern const uint32_t class_bytes[CLASS_COUNT];
extern const uint32_t class_mask[CLASS_COUNT]; /* bytes of a span, less one */
/* ceil(2^32 / bytes): an offset below 2^16 is a multiple of the class's bytes just where offset *
 * reciprocal, in 32 bits, is below reciprocal (Lemire, Kaser, Kurz, "Faster remainder by direct
 * computation", 2019). Without objects nothing is. */
extern const uint32_t class_reciprocal[CLASS_COUNT];
extern const uint8_t class_cached[CLASS_COUNT]; /* objects a thread keeps at most; even */
extern const uint8_t class_of_small[TABLE_LIMIT + 1]; /* by the bytes */

/* Requires: TABLE_LIMIT < bytes <= OBJECT_LIMIT. */
static inline unsigned class_of_medium(size_t bytes) {
  unsigned last = (unsigned)bytes - 1, top = 31 - (unsigned)__builtin_clz(last);
  return 17 + (top - 8) * 8 + ((last >> (top - 3)) & 7);
}

/* Requires: bytes <= OBJECT_LIMIT. */
static inline unsigned class_of(size_t bytes) {
  return bytes <= TABLE_LIMIT ? class_of_small[bytes] : class_of_medium(bytes);
}

/* Whether an object of the class can begin there. Never true for the classes without objects. */
static inline bool begins_object(uintptr_t at, unsigned class_index) {
  uint32_t offset = (uint32_t)at & class_mask[class_index];
#if defined(__i386__) || defined(__x86_64__)
  /* Both from memory: no register of the caller's has to be saved for it. */
  bool below;
  __asm__("imull %2, %0\n\tcmpl %2, %0"
          : "+r"(offset), "=@ccb"(below)
          : "m"(class_reciprocal[class_index]));
  return below;
#else
  return offset * class_reciprocal[class_index] < class_reciprocal[class_index];
#endif
}

static inline size_t pages_for(size_t bytes) { return (bytes + PAGE_BYTES - 1) >> PAGE_SHIFT; }

#endif
