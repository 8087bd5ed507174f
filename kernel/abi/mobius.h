/* mobius.h: the calls around the memory calls: processes, threads, files, the clock.
 *
 * Programs normally use the POSIX names that libc builds on these. On failure a call returns 0 (or
 * false) and sets errno; a count of 0 with errno 0 is a true 0 (end of file). */
#ifndef MOBIUS_MOBIUS_H
#define MOBIUS_MOBIUS_H

#include "vmm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- system -------------------------------------------------------------------------------- */
enum sys_clock { SYS_CLOCK_MONOTONIC = 0, SYS_CLOCK_REALTIME = 1, SYS_CLOCK_PROCESS_CPU = 2,
                 SYS_CLOCK_IDLE = 3 /* time the processor idled since boot */ };
/* Nanoseconds. SYS_CLOCK_IDLE also answers in time stamp counter ticks, for benchmarks. */
struct sys_time { uint64_t ns; uint64_t tsc; };

uint32_t SysNull(void);                                  /* returns 0: measures a call */
bool SysClock(uint32_t clock, struct sys_time *out);
/* Walks every structure of the memory manager; panics if one is off. Needs PROC_MAY_CHECK. */
bool SysCheckMachine(void);
/* Ends the machine: `mobius: exit N`. Needs PROC_MAY_SHUT_DOWN. */
bool SysShutdown(int32_t status);
/* Kernel self-benchmarks: fills `out` with up to `count` samples, returns how many. Needs
 * PROC_MAY_BENCH. */
enum sys_bench { SYS_BENCH_FRAME_PAIR_HOT = 1, SYS_BENCH_FRAME_PAIR_WORST = 2,
                 SYS_BENCH_REGION_FIND = 3, SYS_BENCH_REGION_INSERT = 4,
                 SYS_BENCH_DROP_ZEROED = 5, /* empties the zeroed-frame pool, and keeps it empty
                                               until the caller has ended */
                 SYS_BENCH_FILL_ZEROED = 6, /* refills it to `count` frames */
                 SYS_BENCH_SYSENTER = 7,    /* 1 where the processor has SYSENTER */
                 /* the longest time, in time stamp counter ticks, since this was last asked in
                  * which a thread ran and no other could have */
                 SYS_BENCH_LONGEST_RUN = 8 };
size_t SysBench(uint32_t which, uint32_t *out, size_t count);
/* The swap disk found at boot. Off brings every page back into memory; ENOMEM where memory cannot
 * hold them, or others come to need the disk too badly meanwhile, EIO where one cannot be read,
 * ETIMEDOUT where the disk does not answer: it stays on then and nothing is lost. ENOENT: no disk
 * (is on). EBUSY: it is on, or somebody else is taking it off. ETIMEDOUT from On: the disk has been
 * given up. Both need PROC_MAY_SWAP. */
bool SysSwapOn(void);
bool SysSwapOff(void);
/* The kernel's log: what it said at boot, fault reports. Copies what was logged from *position on,
 * which counts the log's bytes since boot, and moves it on; what is kept no longer is passed over.
 * How many bytes; 0 with errno 0: no more yet. */
size_t SysLog(uint64_t *position, char *out, size_t bytes);
bool SysPanic(void);   /* for tests; refused unless the kernel was booted with `allow-panic` */

/* ---- threads ------------------------------------------------------------------------------- */
/* A new thread starts at entry(arg) on a stack of at least stack_bytes (at least 1 MiB).
 * EAGAIN: the process has as many as it may have, or the machine. */
uint32_t ThrCreate(void (*entry)(void *), void *arg, size_t stack_bytes, void *tls); /* thread id */
void ThrExit(uint32_t status) __attribute__((noreturn));
bool ThrJoin(uint32_t thread, uint32_t *status);
bool ThrYield(void);
bool ThrSleep(uint64_t ns);
uint32_t ThrSelf(void);
bool ThrSetPriority(uint32_t thread, uint32_t priority);  /* 0 (idle-ish) .. 7; 4 is normal */
bool ThrSetTls(void *block);         /* fs:[0..] is `block` from now on, in this thread */
/* Sleeps while *word == expected, until woken, at most ns (UINT64_MAX: for ever). EAGAIN when the
 * word differs, ETIMEDOUT. Private to the process. */
bool FutexWait(const uint32_t *word, uint32_t expected, uint64_t ns);
uint32_t FutexWake(const uint32_t *word, uint32_t count); /* how many were woken */

/* ---- processes ----------------------------------------------------------------------------- */
/* What a process may do to the machine as a whole. A parent gives its child some of its own; the
 * first process has those of the boot command. A call that needs one says so; EPERM without it. */
enum proc_privilege {
  PROC_PROMISED = 1,         /* use memory set aside for those who help a user out */
  PROC_MAY_SWAP = 2,
  PROC_MAY_BENCH = 4,
  PROC_MAY_SHUT_DOWN = 8,
  PROC_MAY_CHECK = 16,
  PROC_MAY_KILL = 32,        /* any process */
  PROC_MAY_TAKE_CONSOLE = 64
};
#define PROC_SAME_PRIVILEGES 0x80000000u /* the caller's, PROC_PROMISED excepted */
#define PROC_NO_FILE 0xFFFFFFFFu
struct proc_spawn {
  const char *path;
  const char *const *argv;   /* NULL-terminated */
  const char *const *envp;   /* NULL-terminated */
  uint32_t privileges;       /* enum proc_privilege, or PROC_SAME_PRIVILEGES */
  handle_t files[3];         /* 0: the caller's own 1, 2, 3; PROC_NO_FILE: none */
};
enum proc_end { PROC_RUNNING = 0, PROC_EXITED = 1, PROC_FAULTED = 2, PROC_OUT_OF_MEMORY = 3,
                PROC_KILLED = 4 };
struct proc_status {
  uint32_t pid, end;
  int32_t code; /* exit status; 139, 137, 143 */
  uint32_t reserved;
  uint64_t cpu_ns;
};
struct proc_info {
  uint32_t pid, parent, threads, end;
  uint32_t regions, pages_committed, table_frames;
  uint32_t suspended; /* 1: waits because there is not memory enough for all */
  uint64_t cpu_ns;
  uint32_t faults_minor, faults_major; /* since it began; major: waited for the disk or the CD */
  uint32_t pages_swapped;              /* in swap space, and in no frame */
  uint32_t pages_peak;                 /* the most pages_committed has been */
  char name[32];
};
/* The pid. Arguments and environment take 64 KiB at most, each string with its NUL and a pointer:
 * E2BIG. ENOENT, ENOTDIR, ENAMETOOLONG: the path; EACCES: a directory; ENOEXEC: no EXE; EAGAIN: too
 * many processes, or children; EBADF: `files`; EPERM: a privilege that the caller has not. */
uint32_t ProcSpawn(const struct proc_spawn *spawn);
uint32_t ProcPrivileges(void);                           /* the caller's: enum proc_privilege */
void ProcExit(int32_t status) __attribute__((noreturn));
/* pid 0: any child. Timeout as FutexWait; 0: only looks. Takes the ended child away. */
bool ProcWait(uint32_t pid, uint64_t ns, struct proc_status *out);
/* EPERM, without PROC_MAY_KILL: it has a privilege that the caller has not, or is process 1. A
 * process may always end itself. */
bool ProcKill(uint32_t pid);
uint32_t ProcSelf(void);
size_t ProcList(struct proc_info *out, size_t count);
handle_t ProcOpen(uint32_t pid);                         /* for VmmQuery, VmmQueryPages */

/* ---- files and the console ----------------------------------------------------------------- */
/* Handles 1, 2, 3 are standard input, output and error (POSIX descriptors 0, 1, 2). */
enum file_kind { FILE_REGULAR = 1, FILE_DIRECTORY = 2, FILE_CONSOLE = 3 };
/* What is at the far end of the console: it may differ for its input and its output. */
enum file_peer { FILE_PEER_NONE = 0, FILE_PEER_PERSON = 1, FILE_PEER_PIPE = 2 };
struct file_info { uint64_t size_bytes; uint64_t id; int64_t mtime; uint32_t kind, peer; };
struct dir_entry { uint64_t size_bytes; uint32_t kind, reserved; char name[256]; };
enum { FILE_READ = 1, FILE_WRITE = 2 };
/* Paths are absolute, separated by /, of at most 1023 bytes, each name of at most 255. EROFS,
 * EISDIR: to write; EMFILE: too many handles. */
handle_t FileOpen(const char *path, uint32_t rights);
size_t FileRead(handle_t file, void *buffer, size_t bytes);
size_t FileWrite(handle_t file, const void *buffer, size_t bytes);
bool FileSeek(handle_t file, int64_t offset, uint32_t whence, uint64_t *position);
bool FileStat(handle_t file, struct file_info *out);
/* From where it was left. */
size_t DirRead(handle_t directory, struct dir_entry *out, size_t count);
/* Raw: bytes as they come, no echo; cooked: lines with echo and editing, Ctrl-D ends, Ctrl-C kills
 * the foreground process. A console that nobody sits at (its input is a pipe) is always raw. The
 * mode is for the foreground process, its descendants and PROC_MAY_TAKE_CONSOLE to set. */
enum { CONSOLE_COOKED = 0, CONSOLE_RAW = 1 };
bool ConsoleMode(handle_t console, uint32_t mode, uint32_t *previous);
bool ConsoleForeground(uint32_t pid); /* whom Ctrl-C kills; 0: nobody. PROC_MAY_TAKE_CONSOLE */

#ifdef __cplusplus
}
#endif
#endif
