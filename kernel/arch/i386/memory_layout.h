// The kernel's half of every address space, and the symbols that boot/kernel.ld and the assembly
// give us.
//
//   0x80000000  direct map: physical address + kKernelBase, as much RAM as there is, to 1.5 GiB
//   0x80100000    in it the kernel image; its parts have rights of their own
//   0xE0000000  dynamic area: frame windows, then kernel stacks with a guard page under each
//
// All page tables of this half exist from boot on and are shared by all page directories, so
// no directory is ever stale.
#pragma once

#include "base/units.h"

namespace mobius::arch {

inline constexpr uint32_t kKernelBase = 0x80000000;
inline constexpr FrameNumber kDirectLimit{0x60000};  // 1.5 GiB
inline constexpr VirtAddr kDynamicBase{0xE0000000};
inline constexpr PageCount kWindowPages = 4;     // at kDynamicBase; the rest is for stacks
inline constexpr unsigned kMaxDynamicTables = 127;  // 4 MiB of addresses each; the last is unused

constexpr uint32_t physical(uint32_t direct_address) { return direct_address - kKernelBase; }

}  // namespace mobius::arch

extern "C" {
// Addresses only; each is the first byte of what it names.
extern const char kernel_image_begin[], kernel_image_end[];
extern const char kernel_text_begin[], kernel_text_end[], kernel_data_begin[];
extern char boot_stack_guard[], boot_stack_top[];
// The page directory of kernel threads and the template of all others; the page table of the
// first 4 MiB of RAM; the page tables of the dynamic area's first 4 MiB.
extern uint32_t kernel_directory[1024], first_table[1024], window_table[1024];
}
