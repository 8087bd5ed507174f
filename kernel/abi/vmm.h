/* vmm.h: the memory calls of Mobius, as programs see them.
 *
 * Plain C, usable from C++. Shared by the kernel, libc and programs. All sizes are in pages of
 * 4096 bytes. On failure a call returns NULL, false or 0 and sets errno. */
#ifndef MOBIUS_VMM_H
#define MOBIUS_VMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t handle_t; /* 0 where a process is asked for: the caller */

/* Flags of a block. Neither READ nor WRITE: no access. Any other bit: EINVAL. VmmProtect changes
 * rights alone: GUARANTEED and EAGER, which are for VmmAlloc, are EINVAL there. */
#define VM_MEM_USER 3u              /* accepted and ignored */
#define VM_MEM_READ 4u
#define VM_MEM_WRITE 8u             /* implies READ */
#define VM_MEM_ZERO 0x10u           /* always true here: fresh memory reads as zeros */
/* Storage promised at once: a later touch cannot fail. ENOMEM: it cannot be had, or it is more than
 * 3/4 of what RAM and swap can hold, which is the most that one process is promised. */
#define VM_MEM_GUARANTEED 0x1000u
/* For heaps: writing page after page gets up to 16 of them by one fault. Those that nobody has
 * touched yet show as clean; when memory is short they go before those in use, without I/O. */
#define VM_MEM_EAGER 0x2000u
/* Of views: what is written stays the caller's own. Not built yet: ENOSYS. */
#define VM_MEM_PRIVATE 0x4000u

/* VmmAdvise */
#define VM_ADVISE_DISCARD 1u   /* the pages are uncommitted again, and read as zeros */
#define VM_ADVISE_WILL_NEED 2u /* brought in, as far as an eighth of RAM */

/* VmmQuery: what lies at an address. */
enum vmm_kind {
  VMM_FREE = 0,     /* a gap: base and pages are the gap's */
  VMM_BLOCK = 1,    /* from VmmAlloc */
  VMM_RESERVED = 2, /* from VmmReserveArea, no block here */
  VMM_STACK = 3,
  VMM_IMAGE = 4,    /* an EXE or DLL */
  VMM_FILE = 5,
  VMM_SHARED = 6
};

struct vmm_block {
  void *base;
  uint32_t pages;
  uint32_t flags; /* VM_MEM_READ | VM_MEM_WRITE of the page asked for; GUARANTEED, EAGER */
  uint32_t kind;  /* enum vmm_kind */
  uint32_t uncommitted, committed_clean, committed_dirty, paged_out; /* pages per state */
};

/* VmmQueryPages: one byte a page. */
enum vmm_page_state {
  VMM_PAGE_FREE = 0,
  VMM_PAGE_UNCOMMITTED = 1,
  VMM_PAGE_CLEAN = 2,
  VMM_PAGE_DIRTY = 3,
  VMM_PAGE_SWAPPED = 4,   /* paged out to swap */
  VMM_PAGE_IN_FILE = 5,   /* paged out to its file */
  VMM_PAGE_DISCARDED = 6, /* clean anonymous: comes back as zeros */
  VMM_PAGE_RESERVED = 7
};

/* VmmStats: machine-wide; more fields may follow. */
struct vmm_stats {
  uint64_t frames_total, frames_free;
  uint64_t faults_minor, faults_major;
  uint64_t pages_in, pages_out, ios_in, ios_out;
  uint64_t slots_total, slots_free; /* but for those kept in place of bad ones, one of 64 */
  uint64_t frames_zeroed; /* of frames_free: zeroed and ready */
  uint64_t bit_tests;       /* accessed bits the replacement policy has looked at */
  uint64_t zero_pages_out;  /* evicted without I/O, being full of zeros */
  uint64_t checksum_errors; /* pages that came back from swap other than they went */
  uint64_t slots_retired;   /* could not be written; not part of slots_total */
  uint64_t stalled_ns;      /* since boot, with some thread standing still for paging */
  uint64_t pages_ahead;     /* committed before they were touched: VM_MEM_EAGER */
  uint64_t pages_taken_back; /* evicted, and come back from their frames without I/O */
  uint64_t frames_standby;   /* of frames_free: still holding a page that was evicted */
  uint64_t queue_length;     /* requests at the swap disk now, waiting or under way */
  uint64_t queue_longest;    /* the most at one time, since boot */
  uint64_t frames_heap;      /* that the kernel's own objects lie in, partly filled ones too */
};

/* EINVAL everywhere: 0 pages, an address or a range beyond 2 GiB, flags that do not exist. ENOMEM:
 * no frames or swap space, no gap that is wide enough, or more parts than a process may have. A
 * call that fails has changed nothing, but where it says so. */

/* A block of zeros, committed page by page as it is touched. `base` NULL: anywhere; otherwise
 * rounded down to a page and taken if it is free, else the nearest gap above, else below. A range
 * inside one reserved area takes exactly that part of it. */
void *VmmAlloc(size_t pages, void *base, uint32_t flags);
/* The whole block that `ptr` is in. EINVAL: it is in none from VmmAlloc. */
bool VmmFree(void *ptr);
/* Another size for the block that `base` is in; contents stay, and the block may move: its base
 * comes back. Pages behind a smaller size are gone. EINVAL: no block. */
void *VmmResize(void *base, size_t pages);
/* New rights for pages of one block or image, any range inside it. EINVAL: it is not inside one. */
bool VmmProtect(void *base, size_t pages, uint32_t flags);
/* VM_ADVISE_*, for any range inside one block. EINVAL: it is not; no such advice. */
bool VmmAdvise(void *base, size_t pages, uint32_t advice);
/* The pages are committed and stay in RAM until they are unlocked or freed; locks do not nest. Any
 * range inside one block that is writable throughout (EINVAL if not). What the block grows by is
 * not locked. ENOMEM: more than an eighth of RAM for this process, or a quarter for all. EIO: a
 * page could not be read back. */
bool VmmLock(void *base, size_t pages);
bool VmmUnlock(void *base, size_t pages);

/* Addresses that only VmmAlloc, called with a base in them, makes usable. `base` as there. */
void *VmmReserveArea(size_t pages, void *base);
/* Ends the view or the reservation that `ptr` is in. EINVAL: it is in none. EBUSY: blocks are left
 * in the reservation. */
bool VmmUnmap(void *ptr);

/* Offers the block from VmmAlloc that `base` is in to other processes, whole, with the rights that
 * all its pages have now; it stays a block. `name`: UTF-8, 1 to 255 bytes, for HndOpen; NULL: none.
 * The area lasts until its last handle has gone; with a name, until the last view has gone, too,
 * the block itself among them. EINVAL: no block, no UTF-8. EACCES: a page without access. EEXIST:
 * the name is taken. ENOMEM: more than 64 names of this process, 4,096 of all. ENAMETOOLONG. */
handle_t VmmShare(void *base, const char *name);
/* The same with fewer rights: VM_MEM_READ, VM_MEM_WRITE. EACCES: the block has not got them. */
handle_t VmmShareRights(void *base, const char *name, uint32_t flags);
/* `rights`: FILE_READ, FILE_WRITE. ENOENT: no such area. EACCES: it is offered with fewer. */
handle_t HndOpen(const char *name, uint32_t rights);
/* A view of an area; all views show the same pages. `base` as for VmmAlloc. `flags`: rights alone.
 * VmmUnmap ends it. EBADF, EINVAL: no handle of an area. EACCES: more than the handle allows. */
void *VmmMapSharedArea(handle_t area, void *base, uint32_t flags);

/* What lies at `addr`, in a process or (0) the caller. ESRCH: no such process. EFAULT: `out`. */
bool VmmQuery(handle_t process, const void *addr, struct vmm_block *out);
/* The state of each page from `base` on; returns of how many, fewer at the end of the range that
 * programs have. `states`: room for `pages` bytes. */
size_t VmmQueryPages(handle_t process, const void *base, size_t pages, uint8_t *states);
/* The first `size` bytes of the figures. */
bool VmmStats(struct vmm_stats *out, size_t size);
/* Gives a handle back. EBADF: it is none. */
bool HndClose(handle_t handle);

/* Not built yet, ENOSYS always: files as memory. */
void *VmmMapFile(handle_t file, void *base, size_t pages, uint32_t flags);
void *VmmMapFileAt(handle_t file, uint64_t first_page, void *base, size_t pages, uint32_t flags);
bool VmmFlush(void *base, size_t pages);

#ifdef __cplusplus
}
#endif
#endif
