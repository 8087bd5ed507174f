/* sizes.c: the tables of sizes.h. tests/host/malloc/sizes_test.cpp computes each entry anew. */
#include "sizes.h"

/* Between 256 and 1024: as many as fit a page, or two, n times for some n, in sixteens. */
const uint32_t class_bytes[CLASS_COUNT] = {
    0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176,
    192, 208, 224, 240, 256, 272, 288, 304, 336, 368, 400, 448,
    512, 544, 576, 624, 672, 736, 816, 896, 1024, 1152, 1280, 1408,
    1536, 1664, 1792, 1920, 2048, 2304, 2560, 2816, 3072, 3328, 3584, 3840,
    4096, 4608, 5120, 5632, 6144, 6656, 7168, 7680, 8192, 9216, 10240, 11264,
    12288, 13312, 14336, 15360, 16384, 18432, 20480, 22528, 24576, 26624, 28672, 30720,
    32768};

/* At least eight objects a span, and at most a twenty-eighth wasted, where 64 KiB let it. */
const uint32_t class_mask[CLASS_COUNT] = {
    0x0, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff,
    0xfff, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff, 0xfff,
    0xfff, 0xfff, 0xfff, 0x1fff, 0x1fff, 0x1fff, 0x1fff, 0x1fff, 0x1fff, 0x1fff, 0x1fff,
    0x3fff, 0x7fff, 0x7fff, 0x7fff, 0x7fff, 0x3fff, 0x7fff, 0x3fff, 0x7fff, 0xffff, 0xffff,
    0xffff, 0xffff, 0x7fff, 0xffff, 0x7fff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff};

const uint32_t class_reciprocal[CLASS_COUNT] = {
    0, 0x10000000, 0x8000000, 0x5555556, 0x4000000, 0x3333334, 0x2AAAAAB, 0x2492493,
    0x2000000, 0x1C71C72, 0x199999A, 0x1745D18, 0x1555556, 0x13B13B2, 0x124924A, 0x1111112,
    0x1000000, 0xF0F0F1, 0xE38E39, 0xD79436, 0xC30C31, 0xB21643, 0xA3D70B, 0x924925,
    0x800000, 0x787879, 0x71C71D, 0x690691, 0x618619, 0x590B22, 0x505051, 0x492493,
    0x400000, 0x38E38F, 0x333334, 0x2E8BA3, 0x2AAAAB, 0x276277, 0x24924A, 0x222223,
    0x200000, 0x1C71C8, 0x19999A, 0x1745D2, 0x155556, 0x13B13C, 0x124925, 0x111112,
    0x100000, 0xE38E4, 0xCCCCD, 0xBA2E9, 0xAAAAB, 0x9D89E, 0x92493, 0x88889,
    0x80000, 0x71C72, 0x66667, 0x5D175, 0x55556, 0x4EC4F, 0x4924A, 0x44445,
    0x40000, 0x38E39, 0x33334, 0x2E8BB, 0x2AAAB, 0x27628, 0x24925, 0x22223,
    0x20000};

/* As many as 16 KiB hold, at least 12 and at most 128; but 6 of more than a page, and 4 of more
 * than two. */
const uint8_t class_cached[CLASS_COUNT] = {
    0, 128, 128, 128, 128, 128, 128, 128, 128, 112, 102, 92, 84, 78, 72, 68, 64, 60, 56, 52, 48,
    44, 40, 36, 32, 30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12,
    12, 12, 12, 12, 12, 6, 6, 6, 6, 6, 6, 6, 6, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4};

const uint8_t class_of_small[TABLE_LIMIT + 1] = {
    [0 ... 16] = 1, [17 ... 32] = 2, [33 ... 48] = 3, [49 ... 64] = 4,
    [65 ... 80] = 5, [81 ... 96] = 6, [97 ... 112] = 7, [113 ... 128] = 8,
    [129 ... 144] = 9, [145 ... 160] = 10, [161 ... 176] = 11, [177 ... 192] = 12,
    [193 ... 208] = 13, [209 ... 224] = 14, [225 ... 240] = 15, [241 ... 256] = 16,
    [257 ... 272] = 17, [273 ... 288] = 18, [289 ... 304] = 19, [305 ... 336] = 20,
    [337 ... 368] = 21, [369 ... 400] = 22, [401 ... 448] = 23, [449 ... 512] = 24,
    [513 ... 544] = 25, [545 ... 576] = 26, [577 ... 624] = 27, [625 ... 672] = 28,
    [673 ... 736] = 29, [737 ... 816] = 30, [817 ... 896] = 31, [897 ... 1024] = 32};
