/* swap.h: what the tests of swapping share: words that say which page they belong to. */
#ifndef SWAP_H
#define SWAP_H

#include "check.h"

#define WORDS (PAGE / 4)

static inline uint32_t page_word(uint32_t page, uint32_t generation) {
  uint32_t mixed = page * 2654435761u ^ generation * 0x85EBCA6Bu;
  return mixed ^ mixed >> 15;
}

#define STEP 0x9E3779B9u /* from a word of a page to its next */

/* Every byte of the page. */
static inline void write_page(volatile uint32_t *page, uint32_t number, uint32_t generation) {
  uint32_t word = page_word(number, generation), *words = (uint32_t *)(uintptr_t)page;
#pragma GCC unroll 16
  for (size_t i = 0; i < WORDS; i++) words[i] = word + i * STEP;
}

static inline bool page_is(const volatile uint32_t *page, uint32_t number, uint32_t generation) {
  const uint32_t *words = (const uint32_t *)(uintptr_t)page;
  uint32_t word = page_word(number, generation), wrong = 0;
#pragma GCC unroll 16
  for (size_t i = 0; i < WORDS; i++) wrong |= words[i] ^ (word + i * STEP);
  return wrong == 0;
}

/* So many times the machine's memory, in pages. */
static inline uint32_t times_memory(double times) {
  return (uint32_t)(times * (double)stats_now().frames_total);
}

/* Starts another copy of this program, which lies where scripts/run --with puts it. */
static inline uint32_t start_self(const char *name, const char *const *argv) {
  static char path[64];
  sniprintf(path, sizeof path, "%s%s", name[0] == '/' ? "" : "/run/", name);
  uint32_t pid = start_program(path, argv);
  if (!pid) die(path);
  return pid;
}

static uint32_t random_state = 0x2545F491;

static inline uint32_t random_below(uint32_t limit) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return (uint32_t)((uint64_t)random_state * limit >> 32);
}

#endif
