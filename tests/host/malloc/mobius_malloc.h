// libc's malloc family under the names that it has on the host (host_port.h), and its insides.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" {
#include "demand.h"
#include "heap.h"
#include "kept.h"
#include "large.h"
#include "options.h"
#include "pages.h"
#include "spans.h"

void* mobius_malloc(size_t bytes);
void mobius_free(void* p);
void* mobius_calloc(size_t count, size_t bytes);
void* mobius_realloc(void* p, size_t bytes);
void* mobius_memalign(size_t alignment, size_t bytes);
void* mobius_aligned_alloc(size_t alignment, size_t bytes);
void* mobius_valloc(size_t bytes);
int mobius_posix_memalign(void** out, size_t alignment, size_t bytes);
size_t mobius_malloc_usable_size(void* p);
void mobius_free_sized(void* p, size_t bytes);
void mobius_free_aligned_sized(void* p, size_t alignment, size_t bytes);
}
