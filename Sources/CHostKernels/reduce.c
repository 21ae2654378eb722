#include "internal.h"

// Three forms: rows (the last axes), columns (axes before kept ones, with any outer axes), and
// the rest. Rows are cut into pieces of HK_CHUNK elements and columns into pieces of
// `piece_rows` rows; the partial results are combined in the order of the pieces.

/// Rows of x that one task adds up, and columns that it takes.
enum { piece_rows = 128, piece_columns = HK_BLOCK };

typedef struct {
  hk_reduction op;
  hk_type type;
  /// x as [outer, reduced, inner]; inner is 1 where the last axes are reduced.
  int64_t outer, reduced, inner;
  int64_t pieces;
  int64_t rows_of_task;
  /// [outer, pieces, inner], used where pieces > 1.
  float *partial;
  const void *x;
  void *y;
} reduce_job;

/// The general form, also for i32: every output walks its own elements.
typedef struct {
  hk_reduction op;
  hk_type type;
  hk_walk kept, reduced;
  int64_t outputs_of_task;
  const void *x;
  void *y;
} scattered_job;

static float identity(hk_reduction op) {
  return op == hk_reduce_sum ? 0.0f : -__builtin_inff();
}

static int32_t integer_element(const scattered_job *job, int64_t start) {
  hk_position at;
  hk_walk_seek(&job->reduced, 0, &at);
  int64_t inner = job->reduced.shape[job->reduced.rank - 1];
  int64_t step = job->reduced.strides[0][job->reduced.rank - 1];
  int32_t result = job->op == hk_reduce_sum ? 0 : INT32_MIN;
  for (int64_t i = 0, column = 0; i < job->reduced.count; i++, column++) {
    if (column == inner) {
      column = 0;
      hk_walk_next(&job->reduced, &at);
    }
    int32_t value = ((const int32_t *)job->x)[start + at.offset[0] + column * step];
    if (job->op == hk_reduce_sum) result = (int32_t)((uint32_t)result + (uint32_t)value);
    else result = value > result ? value : result;
  }
  return result;
}

#define HK_BODY "reduce_body.h"
#include "instantiate.h"
#undef HK_BODY

static void reduce_blocks(hk_pool *pool, reduce_job job) {
  bool rows = job.inner == 1;
  job.pieces = hk_chunks_of(job.reduced, rows ? HK_CHUNK : piece_rows);
  // Short rows go several to a task.
  job.rows_of_task = job.pieces == 1 && rows ? hk_maximum_of(1, HK_CHUNK / job.reduced) : 1;
  if (job.pieces > 1)
    job.partial = hk_pool_scratch(
        pool, (size_t)(job.outer * job.pieces * job.inner) * sizeof(float));
  int64_t tasks =
      rows ? hk_chunks_of(job.outer * job.pieces, job.rows_of_task)
           : job.outer * job.pieces * hk_chunks_of(job.inner, piece_columns);
  hk_pool_run(pool, tasks, rows ? HK_PICK(pool, rows_task) : HK_PICK(pool, columns_task), &job);
  if (job.pieces > 1)
    hk_pool_run(
        pool, job.outer * hk_chunks_of(job.inner, piece_columns), HK_PICK(pool, combine_task),
        &job);
}

void hk_reduce(
    hk_pool *pool, hk_reduction op, hk_type type, int rank, const int64_t *shape, uint32_t axes,
    const void *x, void *y) {
  // Axes of size 1 dropped, neighbours of one kind joined: [kept or reduced] in turns.
  int64_t sizes[HK_MAXIMUM_RANK];
  bool reduces[HK_MAXIMUM_RANK];
  int count = 0;
  for (int d = 0; d < rank; d++) {
    bool reduced = axes >> d & 1;
    if (shape[d] == 1) continue;
    if (count > 0 && reduces[count - 1] == reduced) sizes[count - 1] *= shape[d];
    else sizes[count] = shape[d], reduces[count++] = reduced;
  }
  int64_t outputs = 1, reduced = 1;
  for (int d = 0; d < count; d++)
    if (reduces[d]) reduced *= sizes[d];
    else outputs *= sizes[d];
  if (outputs == 0) return;

  if (type != hk_i32 && reduced > 0) {
    reduce_job job = {.op = op, .type = type, .outer = 1, .reduced = 1, .inner = 1, .x = x, .y = y};
    bool fits = count <= 3;
    int d = 0;
    if (d < count && !reduces[d]) job.outer = sizes[d++];
    if (d < count) job.reduced = sizes[d++];
    if (d < count) job.inner = sizes[d++];
    if (fits && d == count) {
      reduce_blocks(pool, job);
      return;
    }
  }
  scattered_job job = {.op = op, .type = type, .x = x, .y = y};
  int64_t kept_shape[HK_MAXIMUM_RANK], kept_strides[HK_MAXIMUM_RANK];
  int64_t reduced_shape[HK_MAXIMUM_RANK], reduced_strides[HK_MAXIMUM_RANK];
  int kept_rank = 0, reduced_rank = 0;
  int64_t strides[HK_MAXIMUM_RANK], stride = 1;
  for (int d = count - 1; d >= 0; d--) strides[d] = stride, stride *= sizes[d];
  for (int d = 0; d < count; d++) {
    int64_t *shapes = reduces[d] ? reduced_shape : kept_shape;
    int64_t *steps = reduces[d] ? reduced_strides : kept_strides;
    int *place = reduces[d] ? &reduced_rank : &kept_rank;
    shapes[*place] = sizes[d];
    steps[(*place)++] = strides[d];
  }
  hk_walk_make(&job.kept, kept_rank, kept_shape, 1, (const int64_t *const[]){kept_strides});
  hk_walk_make(
      &job.reduced, reduced_rank, reduced_shape, 1, (const int64_t *const[]){reduced_strides});
  job.outputs_of_task = hk_maximum_of(1, HK_CHUNK / hk_maximum_of(reduced, 1));
  hk_pool_run(
      pool, hk_chunks_of(outputs, job.outputs_of_task), HK_PICK(pool, scattered_task), &job);
}
