#include "internal.h"

typedef struct {
  hk_unary_op op;
  hk_type type;
  int64_t n;
  const void *x;
  void *y;
} unary_job;

/// Binary operations and comparisons: operand 0 is a, operand 1 is b.
typedef struct {
  hk_walk walk;
  int op;
  hk_type type;
  const void *a;
  const void *b;
  void *out;
} binary_job;

typedef struct {
  hk_walk walk;
  size_t element_size;
  const uint8_t *condition;
  const void *a;
  const void *b;
  void *out;
} select_job;

typedef struct {
  hk_walk walk;
  hk_type type;
  const void *x;
  void *y;
} box_job;

typedef struct {
  hk_type from;
  hk_type to;
  int64_t n;
  const void *x;
  void *y;
} convert_job;

typedef struct {
  hk_type type;
  int64_t n, parts, part_stride;
  const void *x;
  void *out;
} parts_job;

#define HK_BODY "elementwise_body.h"
#include "instantiate.h"
#undef HK_BODY

void hk_unary(hk_pool *pool, hk_unary_op op, hk_type type, int64_t n, const void *x, void *y) {
  unary_job job = {op, type, n, x, y};
  hk_pool_run(pool, hk_chunks_of(n, HK_CHUNK), HK_PICK(pool, unary_task), &job);
}

void hk_binary(
    hk_pool *pool, hk_binary_op op, hk_type type, int rank, const int64_t *shape, const void *a,
    const int64_t *a_strides, const void *b, const int64_t *b_strides, void *out) {
  binary_job job = {.op = (int)op, .type = type, .a = a, .b = b, .out = out};
  hk_walk_make(&job.walk, rank, shape, 2, (const int64_t *const[]){a_strides, b_strides});
  hk_pool_run(
      pool, hk_chunks_of(job.walk.count, HK_CHUNK), HK_PICK(pool, binary_task), &job);
}

void hk_compare(
    hk_pool *pool, hk_comparison op, hk_type type, int rank, const int64_t *shape, const void *a,
    const int64_t *a_strides, const void *b, const int64_t *b_strides, uint8_t *out) {
  binary_job job = {.op = (int)op, .type = type, .a = a, .b = b, .out = out};
  hk_walk_make(&job.walk, rank, shape, 2, (const int64_t *const[]){a_strides, b_strides});
  hk_pool_run(
      pool, hk_chunks_of(job.walk.count, HK_CHUNK), HK_PICK(pool, compare_task), &job);
}

void hk_select(
    hk_pool *pool, hk_type type, int rank, const int64_t *shape, const uint8_t *condition,
    const int64_t *condition_strides, const void *a, const int64_t *a_strides, const void *b,
    const int64_t *b_strides, void *out) {
  select_job job = {
      .element_size = hk_size_of(type), .condition = condition, .a = a, .b = b, .out = out};
  hk_walk_make(
      &job.walk, rank, shape, 3,
      (const int64_t *const[]){condition_strides, a_strides, b_strides});
  hk_pool_run(
      pool, hk_chunks_of(job.walk.count, HK_CHUNK), HK_PICK(pool, select_task), &job);
}

void hk_accumulate_box(
    hk_pool *pool, hk_type type, int rank, const int64_t *shape, const void *x, void *y,
    const int64_t *y_strides) {
  int64_t x_strides[HK_MAXIMUM_RANK], stride = 1;
  for (int d = rank - 1; d >= 0; d--) {
    x_strides[d] = stride;
    stride *= shape[d];
  }
  box_job job = {.type = type, .x = x, .y = y};
  hk_walk_make(&job.walk, rank, shape, 2, (const int64_t *const[]){x_strides, y_strides});
  hk_pool_run(
      pool, hk_chunks_of(job.walk.count, HK_CHUNK), HK_PICK(pool, box_task), &job);
}

void hk_convert(hk_pool *pool, hk_type from, hk_type to, int64_t n, const void *x, void *y) {
  convert_job job = {from, to, n, x, y};
  hk_pool_run(pool, hk_chunks_of(n, HK_CHUNK), HK_PICK(pool, convert_task), &job);
}

void hk_add_parts(
    hk_pool *pool, hk_type type, int64_t n, int64_t parts, const void *x, int64_t part_stride,
    void *out) {
  parts_job job = {type, n, parts, part_stride, x, out};
  hk_pool_run(pool, hk_chunks_of(n, HK_CHUNK), HK_PICK(pool, parts_task), &job);
}
