/* demand.h: how many pages were wanted lately. Who takes as much as he gives back will want the
 * idle ones again, unlike who only gives back. */
#ifndef MOBIUS_MALLOC_DEMAND_H
#define MOBIUS_MALLOC_DEMAND_H

#include <stddef.h>
#include <stdint.h>

#define DEMAND_MOST 1024u

/* In halves of a page: giving back two takes one off. */
struct demand {
  uint32_t halves;
};

static inline void demand_taken(struct demand *demand, size_t pages) {
  size_t room = DEMAND_MOST - demand->halves / 2;
  demand->halves = pages < room ? demand->halves + 2 * (uint32_t)pages : 2 * DEMAND_MOST;
}

static inline void demand_given(struct demand *demand, size_t pages) {
  demand->halves -= demand->halves < pages ? demand->halves : (uint32_t)pages;
}

/* At most DEMAND_MOST. */
static inline uint32_t demand_pages(const struct demand *demand) { return demand->halves / 2; }

#endif
