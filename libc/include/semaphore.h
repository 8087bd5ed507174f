/* semaphore.h: counting semaphores within a process. */
#ifndef MOBIUS_SEMAPHORE_H
#define MOBIUS_SEMAPHORE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct { uint32_t value; } sem_t;

int sem_init(sem_t *semaphore, int shared, unsigned value); /* shared: ENOSYS */
int sem_destroy(sem_t *semaphore);
int sem_wait(sem_t *semaphore);
int sem_trywait(sem_t *semaphore);
int sem_post(sem_t *semaphore);
int sem_getvalue(sem_t *semaphore, int *value);

#ifdef __cplusplus
}
#endif
#endif
