/* spans.h: objects of one class, from the spans of all threads. */
#ifndef MOBIUS_MALLOC_SPANS_H
#define MOBIUS_MALLOC_SPANS_H

#include "heap.h"

/* Fills `list` with up to `most` objects that were given back, linked, and returns how many: of
 * this class, or, where it has no room left, of one a little larger. Where there are none it takes
 * fresh ones instead and returns 0. NULL in fresh->from: no memory. Requires: *list is NULL, *fresh
 * empty. */
unsigned spans_take(unsigned class_index, unsigned most, struct object **list,
                    struct fresh_objects *fresh);
/* Takes back a linked list of objects, most of them of the class. */
void spans_give(unsigned class_index, struct object *list);
/* The same with CACHE_BATCH(class_index) of them. Where there are threads they may wait in the
 * depot, as they are, for the next that takes so many. */
void spans_give_batch(unsigned class_index, struct object *list);
/* There is a second thread. */
void spans_threaded(void);
/* Fresh objects that were not used after all. */
void spans_give_fresh(unsigned class_index, struct fresh_objects *fresh);

#endif
