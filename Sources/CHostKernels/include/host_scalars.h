// Scalar functions that the CPU kernels and the codelets share, so that both round alike.
//
// Every function is branch-free f32 arithmetic without contraction: clang vectorises loops over
// them, and a vector body, a scalar tail and every instruction set give the same bits.
// The polynomials were fitted for this file: weighted minimax (Lawson's iteration on Chebyshev
// nodes, 400 points), each coefficient rounded to f32 before the next ones are fitted.
#ifndef HOST_SCALARS_H
#define HOST_SCALARS_H

#include <stdint.h>

#pragma STDC FP_CONTRACT OFF

#define HK_SCALAR static inline __attribute__((always_inline, unused))

HK_SCALAR float hk_float_from_bits(uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

HK_SCALAR uint32_t hk_bits_of_float(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// The f32 value of IEEE binary16 bits. Exact; a signalling NaN comes out quiet, as the
/// processors' own conversion does.
HK_SCALAR float hk_float_from_half(uint16_t half) {
  uint32_t magnitude = half & 0x7fffu;
  uint32_t normal = (magnitude << 13) + (112u << 23);
  // A subnormal is its integer times 2^-24.
  uint32_t subnormal = hk_bits_of_float((float)(int32_t)magnitude * 0x1p-24f);
  uint32_t special = 0x7f800000u | (magnitude << 13) | (magnitude > 0x7c00u ? 0x400000u : 0u);
  uint32_t bits = magnitude < 0x400u ? subnormal : normal;
  bits = magnitude >= 0x7c00u ? special : bits;
  return hk_float_from_bits(bits | ((uint32_t)(half & 0x8000u) << 16));
}

/// IEEE binary16 bits of `value`, rounded to nearest, ties to even; magnitudes from 65520 become
/// infinity, subnormals are kept, NaN stays NaN (quiet, upper payload bits kept).
HK_SCALAR uint16_t hk_half_from_float(float value) {
  uint32_t bits = hk_bits_of_float(value);
  uint32_t magnitude = bits & 0x7fffffffu;
  uint32_t normal = (magnitude - (112u << 23) + 0xfffu + ((magnitude >> 13) & 1u)) >> 13;
  // Below 2^-14: adding 0.5 leaves an ulp of 2^-24, the spacing of half subnormals, so the
  // addition itself rounds as wanted.
  uint32_t subnormal =
      hk_bits_of_float(hk_float_from_bits(magnitude) + 0.5f) - hk_bits_of_float(0.5f);
  uint32_t quiet = 0x7e00u | ((magnitude >> 13) & 0x3ffu);
  uint32_t half = magnitude < 0x38800000u ? subnormal : normal;
  half = magnitude >= 0x47800000u ? 0x7c00u : half;
  half = magnitude > 0x7f800000u ? quiet : half;
  return (uint16_t)(half | ((bits >> 16) & 0x8000u));
}

/// e^x: x = n ln 2 + r, |r| <= ln 2 / 2, e^r = 1 + r + r^2 P(r). Overflow gives infinity, results
/// below the smallest normal number are subnormal or zero, NaN gives NaN.
HK_SCALAR float hk_exp(float x) {
  // Outside [-104, 89] the result is 0 or infinity anyway.
  float clamped = x > 89.0f ? 89.0f : x;
  clamped = clamped < -104.0f ? -104.0f : clamped;
  // Adding 1.5 * 2^23 rounds to an integer that can be read from the low bits.
  const float magic = 0x1.8p23f;
  float shifted = clamped * 1.44269504f + magic;
  float n = shifted - magic;
  // ln 2 in two parts: n times the first is exact.
  float r = clamped - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  float p = 0.00138198235f;
  p = p * r + 0.00836868677f;
  p = p * r + 0.0416682772f;
  p = p * r + 0.166665211f;
  p = p * r + 0.49999994f;
  float e = 1.0f + (r + r * r * p);
  // 2^n in two factors, so that subnormal results and 2^128 pass through normal numbers.
  int32_t exponent = (int32_t)(hk_bits_of_float(shifted) - 0x4b400000u);
  int32_t half = exponent >> 1;
  float first = hk_float_from_bits((uint32_t)(half + 127) << 23);
  float second = hk_float_from_bits((uint32_t)(exponent - half + 127) << 23);
  float result = e * first * second;
  return x != x ? x : result;
}

/// e^x - 1: |x| < 0.35: Taylor's series, whose first term left out is below 2^-29 of the sum; else
/// hk_exp(x) - 1, which no longer cancels.
HK_SCALAR float hk_expm1(float x) {
  float p = 1.0f / 40320.0f;
  p = p * x + 1.0f / 5040.0f;
  p = p * x + 1.0f / 720.0f;
  p = p * x + 1.0f / 120.0f;
  p = p * x + 1.0f / 24.0f;
  p = p * x + 1.0f / 6.0f;
  p = p * x + 0.5f;
  float series = x + x * x * p;
  float difference = hk_exp(x) - 1.0f;
  return x > -0.35f && x < 0.35f ? series : difference;
}

/// Natural logarithm: x = 2^e m, m in [sqrt(1/2), sqrt(2)), f = m - 1,
/// log m = f - f^2 / 2 + f^3 P(f). Zero gives -infinity, negative numbers NaN.
HK_SCALAR float hk_log(float x) {
  float scaled = x < 0x1p-126f ? x * 0x1p23f : x;
  uint32_t bits = hk_bits_of_float(scaled);
  int32_t exponent = (int32_t)(bits - 0x3f3504f3u) >> 23;
  float f = hk_float_from_bits(bits - ((uint32_t)exponent << 23)) - 1.0f;
  float e = (float)(x < 0x1p-126f ? exponent - 23 : exponent);
  float p = 0.0675095618f;
  p = p * f - 0.116714492f;
  p = p * f + 0.11883568f;
  p = p * f - 0.124060318f;
  p = p * f + 0.142203271f;
  p = p * f - 0.166679963f;
  p = p * f + 0.20002073f;
  p = p * f - 0.250000089f;
  p = p * f + 0.333333135f;
  float square = f * f;
  float tail = square * f * p + e * -2.12194440e-4f;
  tail = tail - 0.5f * square;
  float result = (f + tail) + e * 0.693359375f;
  result = x == __builtin_inff() ? x : result;
  result = x == 0.0f ? -__builtin_inff() : result;
  result = x < 0.0f ? __builtin_nanf("") : result;
  return x != x ? x : result;
}

/// Hyperbolic tangent: |x| < 0.625: x + x^3 P(x^2); else 1 - 2 / (e^(2|x|) + 1), with x's sign.
HK_SCALAR float hk_tanh(float x) {
  float magnitude = hk_float_from_bits(hk_bits_of_float(x) & 0x7fffffffu);
  float z = x * x;
  float p = 0.00215286738f;
  p = p * z - 0.00819016993f;
  p = p * z + 0.0217069369f;
  p = p * z - 0.0539481826f;
  p = p * z + 0.133332208f;
  p = p * z - 0.333333313f;
  float small = magnitude + magnitude * (z * p);
  float large = 1.0f - 2.0f / (hk_exp(magnitude + magnitude) + 1.0f);
  float result = magnitude < 0.625f ? small : large;
  // The sign last, so that -0 keeps its own.
  return hk_float_from_bits(hk_bits_of_float(result) | (hk_bits_of_float(x) & 0x80000000u));
}

/// Error function: |x| < 0.9375: x + x P(x^2); else 1 - e^(-t - t Q(t)), t = |x|, with x's sign.
HK_SCALAR float hk_erf(float x) {
  float magnitude = hk_float_from_bits(hk_bits_of_float(x) & 0x7fffffffu);
  float z = x * x;
  float p = 8.00027192e-05f;
  p = p * z - 0.000805038377f;
  p = p * z + 0.00519243814f;
  p = p * z - 0.026855737f;
  p = p * z + 0.112836257f;
  p = p * z - 0.376126289f;
  p = p * z + 0.128379166f;
  float small = x + x * p;
  // From 4 on the result rounds to 1; the polynomial holds only up to there.
  float t = magnitude > 4.0f ? 4.0f : magnitude;
  float q = -0.000214590706f;
  q = q * t + 0.00321994815f;
  q = q * t - 0.0229059681f;
  q = q * t + 0.105286792f;
  q = q * t + 0.635699391f;
  q = q * t + 0.128519952f;
  float large = 1.0f - hk_exp(-(t + t * q));
  large = hk_float_from_bits(hk_bits_of_float(large) | (hk_bits_of_float(x) & 0x80000000u));
  return magnitude < 0.9375f ? small : large;
}

/// 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): the form IPUs use (Hendrycks and Gimpel,
/// "Gaussian error linear units", 2016).
HK_SCALAR float hk_gelu_tanh(float x) {
  float u = 0.797884561f * (x + 0.044715f * (x * x * x));
  return 0.5f * x * (1.0f + hk_tanh(u));
}

/// Derivative of `hk_gelu_tanh`: with u its inner argument and t = tanh u,
/// (1 + t) / 2 + x (1 - t^2) u' / 2, u' = sqrt(2/pi) (1 + 3 * 0.044715 x^2).
HK_SCALAR float hk_gelu_tanh_derivative(float x) {
  // From |x| = 16 on t is 1 exactly; the clamp keeps x^3 finite, so that 0 * infinity is avoided.
  float c = x > 16.0f ? 16.0f : x;
  c = c < -16.0f ? -16.0f : c;
  float square = c * c;
  float t = hk_tanh(0.797884561f * (c + 0.044715f * (square * c)));
  float inner = 0.797884561f * (1.0f + 0.134145f * square);
  return 0.5f * (1.0f + t) + 0.5f * c * (1.0f - t * t) * inner;
}

/// 0.5 x (1 + erf(x / sqrt 2)).
HK_SCALAR float hk_gelu_erf(float x) {
  return 0.5f * x * (1.0f + hk_erf(x * 0.707106781f));
}

/// Derivative of `hk_gelu_erf`: (1 + erf(x / sqrt 2)) / 2 + x e^(-x^2 / 2) / sqrt(2 pi).
HK_SCALAR float hk_gelu_erf_derivative(float x) {
  float c = x > 16.0f ? 16.0f : x;
  c = c < -16.0f ? -16.0f : c;
  float density = 0.398942280f * hk_exp(-0.5f * (c * c));
  return 0.5f * (1.0f + hk_erf(c * 0.707106781f)) + c * density;
}

/// Philox-4x32-10 (Salmon et al., SC 2011): four random words from a counter and a key.
HK_SCALAR void hk_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    uint64_t first = (uint64_t)0xd2511f53u * c0, second = (uint64_t)0xcd9e8d57u * c2;
    c0 = (uint32_t)(second >> 32) ^ c1 ^ k0;
    c2 = (uint32_t)(first >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)second;
    c3 = (uint32_t)first;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

/// The 32 random bits of element `index`: word `index mod 4` of Philox at the counter
/// (index div 4, stream, replica, micro-batch) under the seed.
HK_SCALAR uint32_t hk_random_word(
    uint64_t seed, uint32_t stream, uint32_t replica, uint32_t micro_batch, uint64_t index) {
  uint32_t counter[4] = {(uint32_t)(index >> 2), stream, replica, micro_batch};
  uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)}, words[4];
  hk_philox(counter, key, words);
  return words[index & 3];
}

#endif
