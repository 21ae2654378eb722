// Blocks of at most HK_BLOCK elements as f32, for one instruction set (see instantiate.h).

#define HK_HELPER static inline __attribute__((unused))

/// n elements of x from `offset` on as f32: in place where x is f32, else converted into `buffer`.
HK_HELPER const float *HK_NAME(load)(
    hk_type type, const void *x, int64_t offset, int64_t n, float *buffer) {
  if (type == hk_f32) return (const float *)x + offset;
#if HK_HARDWARE_HALF
  const _Float16 *source = (const _Float16 *)x + offset;
  HK_VECTORISE for (int64_t i = 0; i < n; i++) buffer[i] = (float)source[i];
#else
  const uint16_t *source = (const uint16_t *)x + offset;
  HK_VECTORISE for (int64_t i = 0; i < n; i++) buffer[i] = hk_float_from_half(source[i]);
#endif
  return buffer;
}

/// Where results for y from `offset` on are computed: y itself where it is f32, else `buffer`,
/// which `store` then rounds into y.
HK_HELPER float *HK_NAME(target)(hk_type type, void *y, int64_t offset, float *buffer) {
  return type == hk_f32 ? (float *)y + offset : buffer;
}

HK_HELPER void HK_NAME(store)(
    hk_type type, const float *values, int64_t n, void *y, int64_t offset) {
  if (type == hk_f32) {
    float *destination = (float *)y + offset;
    if (destination != values) memcpy(destination, values, (size_t)n * sizeof(float));
    return;
  }
#if HK_HARDWARE_HALF
  _Float16 *destination = (_Float16 *)y + offset;
  HK_VECTORISE for (int64_t i = 0; i < n; i++) destination[i] = (_Float16)values[i];
#else
  uint16_t *destination = (uint16_t *)y + offset;
  HK_VECTORISE for (int64_t i = 0; i < n; i++) destination[i] = hk_half_from_float(values[i]);
#endif
}

/// As `load`, with a stride between the elements.
HK_HELPER const float *HK_NAME(load_strided)(
    hk_type type, const void *x, int64_t offset, int64_t stride, int64_t n, float *buffer) {
  if (stride == 1) return HK_NAME(load)(type, x, offset, n, buffer);
  if (stride == 0) {
    float value = type == hk_f32 ? ((const float *)x)[offset]
                                 : hk_float_from_half(((const uint16_t *)x)[offset]);
    HK_VECTORISE for (int64_t i = 0; i < n; i++) buffer[i] = value;
  } else if (type == hk_f32) {
    for (int64_t i = 0; i < n; i++) buffer[i] = ((const float *)x)[offset + i * stride];
  } else {
    for (int64_t i = 0; i < n; i++)
      buffer[i] = hk_float_from_half(((const uint16_t *)x)[offset + i * stride]);
  }
  return buffer;
}

/// Sum of n values: 4 x 16 lanes, then pairwise over the lanes. The order depends on n alone.
HK_HELPER float HK_NAME(sum)(const float *x, int64_t n) {
  hk_lanes16 sums[4] = {0, 0, 0, 0};
  int64_t i = 0;
  for (; i + 64 <= n; i += 64)
    for (int j = 0; j < 4; j++) sums[j] += *(const hk_lanes16 *)(x + i + 16 * j);
  for (int j = 0; i + 16 <= n; i += 16, j++) sums[j] += *(const hk_lanes16 *)(x + i);
  if (i < n) {
    hk_lanes16 rest = 0;
    memcpy(&rest, x + i, (size_t)(n - i) * sizeof(float));
    sums[3] += rest;
  }
  hk_lanes16 all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  float lanes[16];
  memcpy(lanes, &all, sizeof lanes);
  for (int width = 8; width > 0; width /= 2)
    for (int j = 0; j < width; j++) lanes[j] += lanes[j + width];
  return lanes[0];
}

/// The larger of two values, NaN where either is NaN.
HK_SCALAR float HK_NAME(larger)(float a, float b) { return a > b || a != a ? a : b; }

/// The largest of n values and `start`.
HK_HELPER float HK_NAME(largest)(float start, const float *x, int64_t n) {
  float lanes[64];
  for (int j = 0; j < 64; j++) lanes[j] = start;
  int64_t i = 0;
  for (; i + 64 <= n; i += 64) {
    HK_VECTORISE for (int j = 0; j < 64; j++) lanes[j] = HK_NAME(larger)(lanes[j], x[i + j]);
  }
  for (int j = 0; i < n; i++, j++) lanes[j] = HK_NAME(larger)(lanes[j], x[i]);
  for (int width = 32; width > 0; width /= 2) {
    for (int j = 0; j < width; j++) lanes[j] = HK_NAME(larger)(lanes[j], lanes[j + width]);
  }
  return lanes[0];
}
