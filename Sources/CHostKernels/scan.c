#include "internal.h"

// A number's bits without the sign grow with its magnitude; those of an infinity are the least that
// belong to no finite number, and those of a NaN are greater.

/// Elements that are looked at together: only where one of them is not finite is each looked at alone.
enum { scan_block = 4096 };

/// The bits of numbers where they lie.
typedef int32_t __attribute__((may_alias)) single_bits;
typedef int16_t __attribute__((may_alias)) half_bits;

#define HK_LARGEST_BITS(name, type, mask)                                       \
  static int32_t name(const type *x, int64_t n) {                               \
    type largest = 0;                                                           \
    HK_VECTORISE for (int64_t i = 0; i < n; i++) {                              \
      type bits = x[i] & (type)(mask);                                          \
      largest = bits > largest ? bits : largest;                                \
    }                                                                           \
    return largest;                                                             \
  }

HK_LARGEST_BITS(largest_single, single_bits, 0x7fffffff)
HK_LARGEST_BITS(largest_half, half_bits, 0x7fff)

static int32_t bits_of(hk_type type, const void *x, int64_t index) {
  return type == hk_f32 ? ((const single_bits *)x)[index] & 0x7fffffff
                        : ((const half_bits *)x)[index] & 0x7fff;
}

hk_number_scan hk_scan(hk_type type, int64_t n, const void *x) {
  hk_number_scan scan = {.first = -1};
  const int32_t infinity = type == hk_f32 ? 0x7f800000 : 0x7c00;
  int32_t largest = 0;
  for (int64_t start = 0; start < n; start += scan_block) {
    int64_t count = hk_minimum_of(scan_block, n - start);
    int32_t bits = type == hk_f32 ? largest_single((const single_bits *)x + start, count)
                                  : largest_half((const half_bits *)x + start, count);
    if (bits < infinity) {
      largest = bits > largest ? bits : largest;
      continue;
    }
    for (int64_t i = start; i < start + count; i++) {
      int32_t own = bits_of(type, x, i);
      if (own < infinity) {
        largest = own > largest ? own : largest;
        continue;
      }
      if (scan.first < 0) scan.first = i;
      if (own == infinity) scan.infinities++;
      else scan.nans++;
    }
  }
  if (type == hk_f32) memcpy(&scan.largest, &largest, sizeof largest);
  else scan.largest = hk_float_from_half((uint16_t)largest);
  return scan;
}
