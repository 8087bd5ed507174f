/* swap_marks.h: what the pages that swap.c swaps hold: words that say which page it is. The same
 * here and on the Linux beside it (scripts/beside-linux/swap.c). */
#ifndef SWAP_MARKS_H
#define SWAP_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MARKS 16 /* words of a page, evenly spread */
#define WORDS_OF_PAGE 1024

static inline uint32_t mark(uint32_t page, uint32_t word, uint32_t generation) {
  return (page * 2654435761u) ^ (word * 40503u) ^ (generation * 0x9E3779B9u);
}

static inline void mark_page(volatile uint32_t *block, uint32_t page, uint32_t generation) {
  volatile uint32_t *words = block + (size_t)page * WORDS_OF_PAGE;
  for (uint32_t word = 0; word < MARKS; word++) words[word * 64] = mark(page, word, generation);
}

static inline bool is_marked(volatile uint32_t *block, uint32_t page, uint32_t generation) {
  volatile uint32_t *words = block + (size_t)page * WORDS_OF_PAGE;
  for (uint32_t word = 0; word < MARKS; word++)
    if (words[word * 64] != mark(page, word, generation)) return false;
  return true;
}

#endif
