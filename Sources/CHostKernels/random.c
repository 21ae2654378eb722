#include "internal.h"

typedef struct {
  hk_type type;
  int64_t n;
  const void *x;
  void *y;
  uint32_t threshold;
  float scale;
  uint64_t seed;
  uint32_t stream, replica, micro_batch;
} dropout_job;

/// Which elements of a larger tensor x and y are.
typedef struct {
  dropout_job job;
  hk_walk walk;
  int64_t first;
} dropout_box_job;

#define HK_BODY "random_body.h"
#include "instantiate.h"
#undef HK_BODY

static dropout_job make_job(
    hk_type type, int64_t n, const void *x, void *y, double probability, uint64_t seed,
    uint32_t stream, uint32_t replica, uint32_t micro_batch) {
  double threshold = probability * 4294967296.0;
  return (dropout_job){
      .type = type, .n = n, .x = x, .y = y,
      // The limits guard the conversion, which is undefined outside the type's range.
      .threshold = threshold >= 4294967295.0 ? UINT32_MAX
                   : threshold > 0           ? (uint32_t)threshold
                                             : 0,
      .scale = (float)(1.0 / (1.0 - probability)),
      .seed = seed, .stream = stream, .replica = replica, .micro_batch = micro_batch};
}

void hk_dropout(
    hk_pool *pool, hk_type type, int64_t n, const void *x, void *y, double probability,
    uint64_t seed, uint32_t stream, uint32_t replica, uint32_t micro_batch) {
  dropout_job job =
      make_job(type, n, x, y, probability, seed, stream, replica, micro_batch);
  hk_pool_run(pool, hk_chunks_of(n, HK_CHUNK), HK_PICK(pool, dropout_task), &job);
}

void hk_dropout_box(
    hk_pool *pool, hk_type type, int rank, const int64_t *shape, const int64_t *strides,
    int64_t first, const void *x, void *y, double probability, uint64_t seed, uint32_t stream,
    uint32_t replica, uint32_t micro_batch) {
  dropout_box_job box = {.first = first};
  hk_walk_make(&box.walk, rank, shape, 1, &strides);
  box.job = make_job(
      type, box.walk.count, x, y, probability, seed, stream, replica, micro_batch);
  if (box.walk.count > 0) HK_PICK(pool, dropout_box_task)(&box, 0, 0);
}
