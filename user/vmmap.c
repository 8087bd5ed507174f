/* vmmap.c: a process's address space:  vmmap PID [-a]
 * Every region with its pages by state, and with a strip of them: a letter a page, 64 to a line,
 * lines of nothing but untouched pages left out. -a: the gaps, too. */
#include "mobius.h"
#include "tool.h"

#define PAGE 4096u
#define USER_END 0x80000000u
#define STRIP 64

static const struct tool about = {
    "vmmap", "PID [-a]",
    "Shows the address space of a process: every region, its pages by state,\n"
    "and a strip of them, a letter a page. -a: the gaps, too.",
    "-a "};

static const char letters[] = " .cDsfz-"; /* by enum vmm_page_state */

static const char *kind_name(uint32_t kind) {
  switch ((enum vmm_kind)kind) {
    case VMM_FREE: return "free";
    case VMM_BLOCK: return "block";
    case VMM_RESERVED: return "reserved";
    case VMM_STACK: return "stack";
    case VMM_IMAGE: return "image";
    case VMM_FILE: return "file";
    case VMM_SHARED: return "shared";
  }
  return "?";
}

static const char *rights_name(uint32_t flags) {
  if (flags & VM_MEM_WRITE) return "rw";
  return flags & VM_MEM_READ ? "r-" : "--";
}

/* The parts of an EXE or DLL differ in their rights: a line for each part. */
static void print_parts(handle_t process, const struct vmm_block *region) {
  const char *from = region->base;
  struct vmm_block page;
  uint32_t flags = region->flags;
  for (uint32_t i = 1; i <= region->pages; i++) {
    const char *at = (const char *)region->base + (size_t)i * PAGE;
    bool last = i == region->pages;
    if (!last && VmmQuery(process, at, &page) && page.flags == flags) continue;
    printf("  %08x-%08x %s\n", (unsigned)(uintptr_t)from, (unsigned)(uintptr_t)at,
           rights_name(flags));
    from = at;
    flags = page.flags;
  }
}

static void print_region(const struct vmm_block *region) {
  uintptr_t base = (uintptr_t)region->base;
  const char *rights = region->kind == VMM_STACK ? "rw" : rights_name(region->flags);
  printf("%08x-%08x %7u pages  %s  %s", (unsigned)base,
         (unsigned)(base + region->pages * PAGE), (unsigned)region->pages,
         region->kind == VMM_IMAGE ? "  " : rights, kind_name(region->kind));
  if (region->kind != VMM_FREE && region->kind != VMM_RESERVED) {
    printf("\n  untouched %u, clean %u, dirty %u, out %u", (unsigned)region->uncommitted,
           (unsigned)region->committed_clean, (unsigned)region->committed_dirty,
           (unsigned)region->paged_out);
  }
  printf("\n");
}

static void print_strip(handle_t process, const struct vmm_block *region) {
  uint8_t states[STRIP];
  bool gap = false;
  for (uint32_t first = 0; first < region->pages; first += STRIP) {
    const char *base = (const char *)region->base + (size_t)first * PAGE;
    size_t wanted = region->pages - first < STRIP ? region->pages - first : STRIP;
    size_t count = VmmQueryPages(process, base, wanted, states);
    bool untouched = true;
    for (size_t i = 0; i < count; i++) untouched &= states[i] == VMM_PAGE_UNCOMMITTED;
    if (untouched) {
      if (!gap) printf("          ...\n");
      gap = true;
      continue;
    }
    gap = false;
    printf("  %08x ", (unsigned)(uintptr_t)base);
    for (size_t i = 0; i < count; i++) putchar(states[i] < 8 ? letters[states[i]] : '?');
    printf("\n");
  }
}

int main(int argc, char **argv) {
  tool_start(&about, argc, argv);
  bool gaps = tool_take("-a", &argc, argv);
  if (argc != 2) tool_misused("one process");
  handle_t process = ProcOpen((uint32_t)tool_number(argv[1], 1, UINT32_MAX));
  if (!process) return tool_failed(argv[1]);
  printf("pages: . untouched, c clean, D dirty, s swap, f in its file, z discarded zeros\n");
  struct vmm_block region;
  for (uintptr_t at = PAGE; at < USER_END; at = (uintptr_t)region.base + region.pages * PAGE) {
    if (!VmmQuery(process, (const void *)at, &region) || region.pages == 0) {
      return tool_failed(argv[1]);
    }
    if (region.kind == VMM_FREE && !gaps) continue;
    print_region(&region);
    if (region.kind == VMM_IMAGE) print_parts(process, &region);
    if (region.kind != VMM_FREE && region.kind != VMM_RESERVED) print_strip(process, &region);
  }
  HndClose(process);
  return 0;
}
