#include "internal.h"

/// Rows whose contributions to dgamma and dbeta are added up before they meet the others': fixed,
/// so that the order does not depend on threads.
enum { gradient_rows = 32 };

typedef struct {
  hk_type type;
  int64_t rows, width;
  float epsilon;
  const void *dy, *x, *gamma, *beta;
  void *y, *dgamma, *dbeta;
  float *mean, *inverse_stddev;
  const float *given_mean, *given_inverse_stddev;
  int64_t rows_of_task, pieces;
  /// Two f32 rows for each worker.
  float *local;
  int64_t local_floats;
  /// [pieces, 2, width]: dgamma and dbeta of each piece of rows.
  float *partial;
} norm_job;

#define HK_BODY "normalization_body.h"
#include "instantiate.h"
#undef HK_BODY

void hk_layer_norm(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, float epsilon, const void *x,
    const void *gamma, const void *beta, void *y, float *mean, float *inverse_stddev) {
  if (rows <= 0 || width <= 0) return;
  norm_job job = {
      .type = type, .rows = rows, .width = width, .epsilon = epsilon, .x = x, .gamma = gamma,
      .beta = beta, .y = y, .mean = mean, .inverse_stddev = inverse_stddev,
      .rows_of_task = hk_maximum_of(1, HK_CHUNK / 2 / width), .local_floats = (width + 15) & ~15};
  job.local = hk_pool_scratch(
      pool, (size_t)(job.local_floats * hk_pool_threads(pool)) * sizeof(float));
  hk_pool_run(
      pool, hk_chunks_of(rows, job.rows_of_task), HK_PICK(pool, layer_norm_task), &job);
}

void hk_layer_norm_gradient(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *dy, const void *x,
    const void *gamma, const float *mean, const float *inverse_stddev, void *dx, void *dgamma,
    void *dbeta) {
  if (width <= 0) return;
  norm_job job = {
      .type = type, .rows = rows, .width = width, .dy = dy, .x = x, .gamma = gamma, .y = dx,
      .dgamma = dgamma, .dbeta = dbeta, .given_mean = mean,
      .given_inverse_stddev = inverse_stddev, .pieces = hk_chunks_of(rows, gradient_rows),
      .local_floats = 2 * ((width + 15) & ~15)};
  int64_t local = job.local_floats * hk_pool_threads(pool);
  job.local = hk_pool_scratch(pool, (size_t)(local + job.pieces * 2 * width) * sizeof(float));
  job.partial = job.local + local;
  hk_pool_run(pool, job.pieces, HK_PICK(pool, gradient_task), &job);
  hk_pool_run(pool, hk_chunks_of(width, HK_BLOCK), HK_PICK(pool, gradient_columns_task), &job);
}
