// Includes HK_BODY once for each instruction set. In a body HK_NAME(f) is the set's own f, and
// HK_LANES the f32 lanes of its registers. The code is the same portable vector C for all sets;
// the target attribute decides what it becomes.
#define HK_JOIN_(a, b) a##_##b
#define HK_JOIN(a, b) HK_JOIN_(a, b)
#define HK_NAME(name) HK_JOIN(name, HK_TARGET)

#define HK_TARGET scalar
#define HK_LANES 4
#define HK_PANEL_ROWS 6
#if defined(__aarch64__)
#define HK_FUSED 1
#define HK_HARDWARE_HALF 1
#else
#define HK_FUSED 0
#define HK_HARDWARE_HALF 0
#endif
#include "lanes.h"
#include HK_BODY
#undef HK_TARGET
#undef HK_LANES
#undef HK_PANEL_ROWS
#undef HK_FUSED
#undef HK_HARDWARE_HALF

#ifdef __x86_64__

#define HK_FUSED 1
#define HK_HARDWARE_HALF 1

#define HK_TARGET avx2
#define HK_LANES 8
#define HK_PANEL_ROWS 6
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "lanes.h"
#include HK_BODY
#pragma clang attribute pop
#undef HK_TARGET
#undef HK_LANES
#undef HK_PANEL_ROWS

#define HK_TARGET avx512
#define HK_LANES 16
#define HK_PANEL_ROWS 12
#pragma clang attribute push( \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512vl"))), apply_to = function)
#include "lanes.h"
#include HK_BODY
#pragma clang attribute pop
#undef HK_TARGET
#undef HK_LANES
#undef HK_PANEL_ROWS
#undef HK_FUSED
#undef HK_HARDWARE_HALF

#endif
