/* crt.c: the first and the last code of a program: thread block, environment, constructors, main,
 * exit. The kernel jumps to mobius_entry (kernel/abi/start.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mobius.h"
#include "start.h"
#include "thread_block.h"

typedef void (*initializer)(void);
/* GNU ld: the first entry is -1 or a count, then the functions, then NULL. */
extern initializer __CTOR_LIST__[], __DTOR_LIST__[];
extern char **environ;
extern int main(int argc, char **argv, char **envp);
void mobius_entry(struct mobius_start *start);
void __main(void);
void __mobius_set_errno(int value);
void __mobius_use_sysenter(void);

void *__dso_handle;
/* On a page of its own: what malloc keeps in it is there after one page fault. */
static struct thread_block main_block __attribute__((aligned(4096)));

void __mobius_set_errno(int value) { errno = value; }

static void run_destructors(void) {
  for (initializer *function = __DTOR_LIST__ + 1; *function; function++) (*function)();
}

/* Static constructors, the last linked first. The compiler calls this from main, too. */
void __main(void) {
  static bool done;
  if (done) return;
  done = true;
  size_t count = 0;
  while (__CTOR_LIST__[count + 1]) count++;
  atexit(run_destructors);
  while (count > 0) __CTOR_LIST__[count--]();
}

/* A page begins here, with the program's entry; behind it follow the way of the first malloc
 * (heap.h), on the same page, and the calls of the kernel (stubs.S). The linker sorts sections
 * .text$... by name, keeps those that are referred to, and makes a section that says itself how it
 * is aligned as long as that: so the one that begins the page is empty. */
__asm__(".section .text$0page, \"x\"\n\t.p2align 12\nfirst_page:\n\t"
        ".section .text$1entry, \"x\"\n\t.long first_page\n\t.text");

__attribute__((section(".text$1entry"), force_align_arg_pointer)) void mobius_entry(
    struct mobius_start *start) {
  if (start->flags & MOBIUS_START_SYSENTER) __mobius_use_sysenter();
  main_block.reent = _GLOBAL_REENT;
  thread_block_adopt(&main_block);
  environ = start->envp;
  __main();
  exit(main(start->argc, start->argv, start->envp));
}

void _exit(int status) { ProcExit(status); }
