/* sys/_pthreadtypes.h: the pthread types, which <sys/types.h> must know; see <pthread.h>. */
#ifndef MOBIUS_SYS_PTHREADTYPES_H
#define MOBIUS_SYS_PTHREADTYPES_H

#include <stddef.h>
#include <stdint.h>

typedef struct thread_block *pthread_t;
typedef unsigned pthread_key_t;
typedef struct { uint32_t state; } pthread_once_t;
typedef struct { size_t stack_bytes; int detached; } pthread_attr_t;
typedef struct { int type; } pthread_mutexattr_t;
typedef struct { int clock; } pthread_condattr_t;
typedef struct {
  uint32_t word;
  int type;
  uint32_t depth;
  pthread_t owner;
} pthread_mutex_t;
typedef struct {
  uint32_t sequence; /* counts signals: what waiters sleep on */
  int clock;
} pthread_cond_t;

#endif
