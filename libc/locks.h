/* locks.h: what libc itself needs of newlib's locks beyond what newlib asks for (locks.c). */
#ifndef MOBIUS_LOCKS_H
#define MOBIUS_LOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/lock.h>

/* A recursive lock, at once or when it is given back within n nanoseconds. False: it is
 * another thread's. */
bool lock_acquire_within(_LOCK_T lock, uint64_t ns);

#endif
