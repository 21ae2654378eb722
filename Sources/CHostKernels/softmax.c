#include "internal.h"

// Softmax and its relatives over the last axis. A row is cut into pieces of HK_CHUNK elements;
// rows of one piece are finished by one task, longer ones (a vocabulary) in steps over all pieces,
// so that threads share a row. The pieces' results are combined in order either way.

typedef enum {
  form_softmax,
  form_log_softmax,
  form_softmax_gradient,
  form_log_softmax_gradient,
} softmax_form;

typedef struct {
  softmax_form form;
  hk_type type;
  int64_t rows, width, pieces;
  int64_t rows_of_task;
  /// x, or dy in the gradients.
  const void *x;
  /// The forward result, in the gradients.
  const void *result;
  void *y;
  /// [rows, pieces], used where pieces > 1.
  float *maxima, *sums;
} softmax_job;

#define HK_BODY "softmax_body.h"
#include "instantiate.h"
#undef HK_BODY

static void run(hk_pool *pool, softmax_job job) {
  if (job.rows <= 0 || job.width <= 0) return;
  job.pieces = hk_chunks_of(job.width, HK_CHUNK);
  if (job.pieces == 1) {
    job.rows_of_task = hk_maximum_of(1, HK_CHUNK / 2 / job.width);
    hk_pool_run(
        pool, hk_chunks_of(job.rows, job.rows_of_task), HK_PICK(pool, whole_rows_task), &job);
    return;
  }
  int64_t tasks = job.rows * job.pieces;
  job.maxima = hk_pool_scratch(pool, 2 * (size_t)tasks * sizeof(float));
  job.sums = job.maxima + tasks;
  bool forward = job.form == form_softmax || job.form == form_log_softmax;
  if (forward) hk_pool_run(pool, tasks, HK_PICK(pool, maximum_task), &job);
  hk_pool_run(pool, tasks, HK_PICK(pool, sum_task), &job);
  hk_pool_run(pool, tasks, HK_PICK(pool, result_task), &job);
}

void hk_softmax(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *x, void *y) {
  run(pool, (softmax_job){
                .form = form_softmax, .type = type, .rows = rows, .width = width, .x = x,
                .y = y});
}

void hk_log_softmax(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *x, void *y) {
  run(pool, (softmax_job){
                .form = form_log_softmax, .type = type, .rows = rows, .width = width, .x = x,
                .y = y});
}

void hk_softmax_gradient(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *dy, const void *y,
    void *dx) {
  run(pool, (softmax_job){
                .form = form_softmax_gradient, .type = type, .rows = rows, .width = width,
                .x = dy, .result = y, .y = dx});
}

void hk_log_softmax_gradient(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *dy, const void *y,
    void *dx) {
  run(pool, (softmax_job){
                .form = form_log_softmax_gradient, .type = type, .rows = rows, .width = width,
                .x = dy, .result = y, .y = dx});
}
