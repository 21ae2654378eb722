// Throughput of hk_matmul on the shapes of BERT training, in GFLOP/s (best and median of rounds).
//
//   clang -O2 -ISources/CHostKernels/include Benchmarks/matmul.c Sources/CHostKernels/*.c \
//     -lm -lpthread -o /tmp/matmul && /tmp/matmul
//
// TESSERA_INSTRUCTION_SET=scalar|avx2|avx512 chooses the instruction set.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "host_kernels.h"

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

typedef struct {
  const char *name;
  int64_t batch, m, n, k;
  bool transpose_a, transpose_b;
} shape;

static const shape shapes[] = {
    {"128x128x128 NN", 1, 128, 128, 128, false, false},
    {"128x512x128 NN", 1, 128, 512, 128, false, false},
    {"512x128x512 NN", 1, 512, 128, 512, false, false},
    {"512x128x512 NT", 1, 512, 128, 512, false, true},
    {"128x128x512 TN", 1, 128, 128, 512, true, false},
    {"512x768x768 NN", 1, 512, 768, 768, false, false},
    {"512x3072x768 NT", 1, 512, 3072, 768, false, true},
    {"24 x 128x128x64 NT", 24, 128, 128, 64, false, true},
    {"24 x 128x64x128 NN", 24, 128, 64, 128, false, false},
    {"20x30528x128 NT", 1, 20, 30528, 128, false, true},
    {"20x128x30528 NN", 1, 20, 128, 30528, false, false},
    {"30528x128x20 TN", 1, 30528, 128, 20, true, false},
};

enum { rounds = 15 };

static void measure(hk_pool *pool, const shape *s, hk_type type) {
  size_t size = type == hk_f16 ? 2 : 4;
  size_t a_count = (size_t)(s->batch * s->m * s->k), b_count = (size_t)(s->batch * s->k * s->n);
  size_t c_count = (size_t)(s->batch * s->m * s->n);
  float *a32 = malloc(a_count * 4), *b32 = malloc(b_count * 4);
  void *a = malloc(a_count * size), *b = malloc(b_count * size), *c = calloc(c_count, size);
  if (!a32 || !b32 || !a || !b || !c) exit(1);
  for (size_t i = 0; i < a_count; i++) a32[i] = (float)(i % 17) / 17 - 0.5f;
  for (size_t i = 0; i < b_count; i++) b32[i] = (float)(i % 13) / 13 - 0.5f;
  hk_convert(pool, hk_f32, type, (int64_t)a_count, a32, a);
  hk_convert(pool, hk_f32, type, (int64_t)b_count, b32, b);
  hk_matmul_problem problem = {
      .input = type, .output = type, .batch = s->batch, .m = s->m, .n = s->n, .k = s->k,
      .a = a, .transpose_a = s->transpose_a, .batch_stride_a = s->m * s->k,
      .b = b, .transpose_b = s->transpose_b, .batch_stride_b = s->k * s->n,
      .c = c, .batch_stride_c = s->m * s->n};
  double work = 2.0 * (double)s->batch * (double)s->m * (double)s->n * (double)s->k;
  int calls = (int)(4e8 / work) + 1;
  double speed[rounds];
  hk_matmul(pool, &problem);
  for (int round = 0; round < rounds; round++) {
    double start = seconds();
    for (int call = 0; call < calls; call++) hk_matmul(pool, &problem);
    speed[round] = work * calls / (seconds() - start) * 1e-9;
  }
  qsort(speed, rounds, sizeof *speed, compare);
  printf("  %6.1f /%6.1f", speed[rounds - 1], speed[rounds / 2]);
  free(a32), free(b32), free(a), free(b), free(c);
}

int main(void) {
  printf("instruction set: %s; GFLOP/s, best / median of %d\n", hk_instruction_set(), rounds);
  printf("%-20s  %-14s   %-14s   %-14s   %-14s\n", "m x n x k", "f32, 1 thread",
         "f32, 2 threads", "f16, 1 thread", "f16, 2 threads");
  hk_pool *pools[] = {hk_pool_create(1), hk_pool_create(2)};
  if (!pools[0] || !pools[1]) return 1;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    printf("%-20s", shapes[i].name);
    for (int f16 = 0; f16 < 2; f16++)
      for (int p = 0; p < 2; p++) measure(pools[p], &shapes[i], f16 ? hk_f16 : hk_f32);
    printf("\n");
    fflush(stdout);
  }
  hk_pool_destroy(pools[0]);
  hk_pool_destroy(pools[1]);
  return 0;
}
