// What elementwise kernels do to blocks of at most HK_BLOCK elements side by side, for one
// instruction set (see instantiate.h). The output may be an input of the same element size. Who
// includes this ends HK_EACH.

#define HK_EACH(result) \
  HK_VECTORISE for (int64_t i = 0; i < n; i++) out[i] = (result)

static void HK_NAME(unary_block)(hk_unary_op op, int64_t n, const float *x, float *out) {
  switch (op) {
    case hk_negate: HK_EACH(-x[i]); return;
    case hk_exponential: HK_EACH(hk_exp(x[i])); return;
    case hk_exponential_minus_one: HK_EACH(hk_expm1(x[i])); return;
    case hk_logarithm: HK_EACH(hk_log(x[i])); return;
    case hk_square_root: HK_EACH(__builtin_elementwise_sqrt(x[i])); return;
    case hk_hyperbolic_tangent: HK_EACH(hk_tanh(x[i])); return;
    case hk_gelu_tanh_form: HK_EACH(hk_gelu_tanh(x[i])); return;
    case hk_gelu_erf_form: HK_EACH(hk_gelu_erf(x[i])); return;
  }
}

static void HK_NAME(binary_block)(
    hk_binary_op op, int64_t n, const float *a, const float *b, float *out) {
  switch (op) {
    case hk_add: HK_EACH(a[i] + b[i]); return;
    case hk_subtract: HK_EACH(a[i] - b[i]); return;
    case hk_multiply: HK_EACH(a[i] * b[i]); return;
    case hk_maximum: HK_EACH(HK_NAME(larger)(a[i], b[i])); return;
    case hk_divide: HK_EACH(a[i] / b[i]); return;
    case hk_gelu_tanh_gradient: HK_EACH(a[i] * hk_gelu_tanh_derivative(b[i])); return;
    case hk_gelu_erf_gradient: HK_EACH(a[i] * hk_gelu_erf_derivative(b[i])); return;
    case hk_tanh_gradient: HK_EACH(a[i] * (1.0f - b[i] * b[i])); return;
  }
}

static void HK_NAME(binary_integers)(
    hk_binary_op op, int64_t n, const int32_t *a, const int32_t *b, int32_t *out) {
  switch (op) {
    case hk_add: HK_EACH((int32_t)((uint32_t)a[i] + (uint32_t)b[i])); return;
    case hk_subtract: HK_EACH((int32_t)((uint32_t)a[i] - (uint32_t)b[i])); return;
    case hk_multiply: HK_EACH((int32_t)((uint32_t)a[i] * (uint32_t)b[i])); return;
    case hk_maximum: HK_EACH(a[i] > b[i] ? a[i] : b[i]); return;
    default: return;
  }
}

#define HK_COMPARE(name, element)                                                              \
  static void HK_NAME(name)(                                                                    \
      hk_comparison op, int64_t n, const element *a, const element *b, uint8_t *out) {          \
    switch (op) {                                                                               \
      case hk_equal: HK_EACH(a[i] == b[i]); return;                                             \
      case hk_not_equal: HK_EACH(a[i] != b[i]); return;                                         \
      case hk_less: HK_EACH(a[i] < b[i]); return;                                               \
    }                                                                                           \
  }

HK_COMPARE(compare_floats, float)
HK_COMPARE(compare_integers, int32_t)
#undef HK_COMPARE

HK_SCALAR int32_t HK_NAME(truncate)(float x) {
  // The value that is cast is always in range: outside it the cast means nothing in C.
  float inside = x < -0x1p31f ? -0x1p31f : x;
  inside = x < 0x1p31f ? inside : 0.0f;
  int32_t truncated = (int32_t)inside;
  return x >= 0x1p31f ? INT32_MAX : truncated;
}
