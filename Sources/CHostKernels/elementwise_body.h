// Elementwise kernels for one instruction set (see instantiate.h).

#include "elementwise_blocks.h"

static void HK_NAME(unary_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const unary_job *job = context;
  int64_t end = hk_minimum_of((chunk + 1) * HK_CHUNK, job->n);
  float in[HK_BLOCK], results[HK_BLOCK];
  for (int64_t begin = chunk * HK_CHUNK; begin < end; begin += HK_BLOCK) {
    int64_t n = hk_minimum_of(HK_BLOCK, end - begin);
    if (job->type == hk_i32) {
      const uint32_t *x = (const uint32_t *)job->x + begin;
      uint32_t *out = (uint32_t *)job->y + begin;
      HK_EACH(0u - x[i]);
      continue;
    }
    const float *x = HK_NAME(load)(job->type, job->x, begin, n, in);
    float *out = HK_NAME(target)(job->type, job->y, begin, results);
    HK_NAME(unary_block)(job->op, n, x, out);
    HK_NAME(store)(job->type, out, n, job->y, begin);
  }
}

/// The pieces of chunk `chunk` of a walk, each of at most HK_BLOCK elements within one row:
/// `begin` is the piece's first flat index, `column` the same within its row, `n` its length.
#define HK_PIECES(walk)                                                                  \
  int64_t inner = (walk)->shape[(walk)->rank - 1];                                       \
  int64_t begin = chunk * HK_CHUNK, end = hk_minimum_of(begin + HK_CHUNK, (walk)->count); \
  int64_t column = begin % inner, n = 0;                                                 \
  hk_position at;                                                                        \
  hk_walk_seek(walk, begin / inner, &at);                                                \
  for (; begin < end; begin += n, column += n)

#define HK_PIECE(walk)                                                         \
  if (column == inner) {                                                       \
    column = 0;                                                                \
    hk_walk_next(walk, &at);                                                   \
  }                                                                            \
  n = hk_minimum_of(hk_minimum_of(HK_BLOCK, end - begin), inner - column)

static void HK_NAME(binary_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const binary_job *job = context;
  const hk_walk *walk = &job->walk;
  int64_t step_a = walk->strides[0][walk->rank - 1], step_b = walk->strides[1][walk->rank - 1];
  float buffer_a[HK_BLOCK], buffer_b[HK_BLOCK], results[HK_BLOCK];
  HK_PIECES(walk) {
    HK_PIECE(walk);
    int64_t offset_a = at.offset[0] + column * step_a, offset_b = at.offset[1] + column * step_b;
    if (job->type == hk_i32) {
      const int32_t *a = hk_load_integers(job->a, offset_a, step_a, n, (int32_t *)buffer_a);
      const int32_t *b = hk_load_integers(job->b, offset_b, step_b, n, (int32_t *)buffer_b);
      HK_NAME(binary_integers)((hk_binary_op)job->op, n, a, b, (int32_t *)job->out + begin);
      continue;
    }
    const float *a = HK_NAME(load_strided)(job->type, job->a, offset_a, step_a, n, buffer_a);
    const float *b = HK_NAME(load_strided)(job->type, job->b, offset_b, step_b, n, buffer_b);
    float *out = HK_NAME(target)(job->type, job->out, begin, results);
    HK_NAME(binary_block)((hk_binary_op)job->op, n, a, b, out);
    HK_NAME(store)(job->type, out, n, job->out, begin);
  }
}

/// Adds to a box: the first operand of the walk is what is added, the second the box.
static void HK_NAME(box_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const box_job *job = context;
  const hk_walk *walk = &job->walk;
  int64_t step_x = walk->strides[0][walk->rank - 1], step_y = walk->strides[1][walk->rank - 1];
  float buffer_x[HK_BLOCK], buffer_y[HK_BLOCK], results[HK_BLOCK];
  HK_PIECES(walk) {
    HK_PIECE(walk);
    int64_t offset_x = at.offset[0] + column * step_x, offset_y = at.offset[1] + column * step_y;
    const float *a = HK_NAME(load_strided)(job->type, job->y, offset_y, step_y, n, buffer_y);
    const float *b = HK_NAME(load_strided)(job->type, job->x, offset_x, step_x, n, buffer_x);
    if (step_y == 1) {
      float *out = HK_NAME(target)(job->type, job->y, offset_y, results);
      HK_NAME(binary_block)(hk_add, n, a, b, out);
      HK_NAME(store)(job->type, out, n, job->y, offset_y);
    } else {
      HK_NAME(binary_block)(hk_add, n, a, b, results);
      for (int64_t i = 0; i < n; i++)
        HK_NAME(store)(job->type, results + i, 1, job->y, offset_y + i * step_y);
    }
  }
}

static void HK_NAME(compare_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const binary_job *job = context;
  const hk_walk *walk = &job->walk;
  int64_t step_a = walk->strides[0][walk->rank - 1], step_b = walk->strides[1][walk->rank - 1];
  float buffer_a[HK_BLOCK], buffer_b[HK_BLOCK];
  HK_PIECES(walk) {
    HK_PIECE(walk);
    int64_t offset_a = at.offset[0] + column * step_a, offset_b = at.offset[1] + column * step_b;
    uint8_t *out = (uint8_t *)job->out + begin;
    if (job->type == hk_i32) {
      const int32_t *a = hk_load_integers(job->a, offset_a, step_a, n, (int32_t *)buffer_a);
      const int32_t *b = hk_load_integers(job->b, offset_b, step_b, n, (int32_t *)buffer_b);
      HK_NAME(compare_integers)((hk_comparison)job->op, n, a, b, out);
    } else {
      const float *a = HK_NAME(load_strided)(job->type, job->a, offset_a, step_a, n, buffer_a);
      const float *b = HK_NAME(load_strided)(job->type, job->b, offset_b, step_b, n, buffer_b);
      HK_NAME(compare_floats)((hk_comparison)job->op, n, a, b, out);
    }
  }
}

#define HK_SELECT(element)                                                                \
  {                                                                                       \
    const uint8_t *condition = job->condition + at.offset[0] + column * step_condition;   \
    const element *a = (const element *)job->a + at.offset[1] + column * step_a;          \
    const element *b = (const element *)job->b + at.offset[2] + column * step_b;          \
    element *out = (element *)job->out + begin;                                           \
    if (step_condition == 1 && step_a == 1 && step_b == 1) {                              \
      HK_EACH(condition[i] ? a[i] : b[i]);                                                \
    } else {                                                                              \
      for (int64_t i = 0; i < n; i++)                                                     \
        out[i] = condition[i * step_condition] ? a[i * step_a] : b[i * step_b];           \
    }                                                                                     \
  }

static void HK_NAME(select_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const select_job *job = context;
  const hk_walk *walk = &job->walk;
  int last = walk->rank - 1;
  int64_t step_condition = walk->strides[0][last];
  int64_t step_a = walk->strides[1][last], step_b = walk->strides[2][last];
  HK_PIECES(walk) {
    HK_PIECE(walk);
    if (job->element_size == 1) HK_SELECT(uint8_t)
    else if (job->element_size == 2) HK_SELECT(uint16_t)
    else HK_SELECT(uint32_t)
  }
}

static void HK_NAME(convert_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const convert_job *job = context;
  bool from_float = job->from == hk_f16 || job->from == hk_f32;
  bool to_float = job->to == hk_f16 || job->to == hk_f32;
  int64_t end = hk_minimum_of((chunk + 1) * HK_CHUNK, job->n);
  float in[HK_BLOCK], results[HK_BLOCK];
  int32_t integers[HK_BLOCK];
  for (int64_t begin = chunk * HK_CHUNK; begin < end; begin += HK_BLOCK) {
    int64_t n = hk_minimum_of(HK_BLOCK, end - begin);
    const float *x = NULL;
    const int32_t *whole = (const int32_t *)job->x + begin;
    if (from_float) {
      x = HK_NAME(load)(job->from, job->x, begin, n, in);
    } else if (job->from == hk_i1) {
      const uint8_t *source = (const uint8_t *)job->x + begin;
      for (int64_t i = 0; i < n; i++) integers[i] = source[i] != 0;
      whole = integers;
    }
    if (to_float) {
      if (!from_float) {
        float *out = results;
        HK_EACH((float)whole[i]);
        x = results;
      }
      HK_NAME(store)(job->to, x, n, job->y, begin);
    } else if (job->to == hk_i32) {
      int32_t *out = (int32_t *)job->y + begin;
      if (from_float) HK_EACH(HK_NAME(truncate)(x[i]));
      else HK_EACH(whole[i]);
    } else {
      uint8_t *out = (uint8_t *)job->y + begin;
      if (from_float) HK_EACH(x[i] != 0.0f);
      else HK_EACH(whole[i] != 0);
    }
  }
}

static void HK_NAME(parts_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const parts_job *job = context;
  int64_t end = hk_minimum_of((chunk + 1) * HK_CHUNK, job->n);
  float buffer[HK_BLOCK], out[HK_BLOCK];
  for (int64_t begin = chunk * HK_CHUNK; begin < end; begin += HK_BLOCK) {
    int64_t n = hk_minimum_of(HK_BLOCK, end - begin);
    memcpy(out, HK_NAME(load)(job->type, job->x, begin, n, buffer), (size_t)n * sizeof(float));
    for (int64_t part = 1; part < job->parts; part++) {
      const float *x =
          HK_NAME(load)(job->type, job->x, part * job->part_stride + begin, n, buffer);
      HK_EACH(out[i] + x[i]);
    }
    HK_NAME(store)(job->type, out, n, job->out, begin);
  }
}

#undef HK_EACH
#undef HK_PIECES
#undef HK_PIECE
#undef HK_SELECT
