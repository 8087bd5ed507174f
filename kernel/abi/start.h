/* start.h: what a new process finds.
 *
 * The kernel starts the main thread at the EXE's entry point as if the C function
 *   void entry(struct mobius_start *start)
 * had been called: [esp] = 0 (there is nowhere to return to), [esp + 4] = the address of this
 * block, (esp + 4) a multiple of 16. The block, the two arrays (each ended by NULL) and the strings
 * lie at the top of the stack. All other registers are 0, the flags clear but for IF, the FPU as
 * after FNINIT. */
#ifndef MOBIUS_START_H
#define MOBIUS_START_H

struct mobius_start {
  int argc;
  char **argv;
  char **envp;
  unsigned flags; /* MOBIUS_START_... */
};

/* The kernel is also entered by SYSENTER (kernel/abi/sysenter.h). */
#define MOBIUS_START_SYSENTER 1u

#endif
