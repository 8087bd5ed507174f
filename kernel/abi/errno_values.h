/* The errno values the kernel returns in ECX: newlib's, which libc hands on unchanged. */
#ifndef MOBIUS_ERRNO_VALUES_H
#define MOBIUS_ERRNO_VALUES_H

enum abi_errno {
  ABI_EPERM = 1, ABI_ENOENT = 2, ABI_ESRCH = 3, ABI_EINTR = 4, ABI_EIO = 5, ABI_E2BIG = 7,
  ABI_ENOEXEC = 8, ABI_EBADF = 9,
  ABI_ECHILD = 10, ABI_EAGAIN = 11, ABI_ENOMEM = 12, ABI_EACCES = 13, ABI_EFAULT = 14,
  ABI_EBUSY = 16, ABI_EEXIST = 17, ABI_ENOTDIR = 20, ABI_EISDIR = 21, ABI_EINVAL = 22,
  ABI_EMFILE = 24, ABI_EROFS = 30, ABI_ENOSYS = 88, ABI_ENAMETOOLONG = 91, ABI_ETIMEDOUT = 116
};

#endif
