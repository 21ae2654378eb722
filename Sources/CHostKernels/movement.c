#include "internal.h"

// One strided copy with three inner forms: runs that are contiguous on both sides, squares that
// are transposed, and the general case. Pure movement: the same code for all instruction sets.

/// Side of the square that is transposed at a time: 32 x 32 elements of 4 bytes on both sides
/// stay in the L1 cache.
enum { square = 32 };

typedef struct {
  size_t size;
  int rank;
  int64_t shape[HK_MAXIMUM_RANK];
  int64_t from[HK_MAXIMUM_RANK];
  int64_t to[HK_MAXIMUM_RANK];
  /// Elements of the rows (last dimension), or of the planes of a transposition.
  int64_t unit;
  int64_t units;
  int64_t units_of_task;
  const char *src;
  char *dst;
} copy_job;

/// Offsets of unit number `unit` over the first `dimensions` dimensions.
static void locate(
    const copy_job *job, int dimensions, int64_t unit, int64_t *from, int64_t *to) {
  *from = *to = 0;
  for (int d = dimensions - 1; d >= 0; d--) {
    int64_t i = unit % job->shape[d];
    unit /= job->shape[d];
    *from += i * job->from[d];
    *to += i * job->to[d];
  }
}

#define COPY_ROW(element)                                                           \
  {                                                                                 \
    const element *x = (const element *)src;                                        \
    element *y = (element *)dst;                                                    \
    if (from == 0) {                                                                \
      element value = x[0];                                                         \
      for (int64_t i = 0; i < n; i++) y[i * to] = value;                            \
    } else {                                                                        \
      for (int64_t i = 0; i < n; i++) y[i * to] = x[i * from];                      \
    }                                                                               \
  }

static void copy_row(
    size_t size, int64_t n, const char *src, int64_t from, char *dst, int64_t to) {
  if (from == 1 && to == 1) memcpy(dst, src, (size_t)n * size);
  else if (size == 1) COPY_ROW(uint8_t)
  else if (size == 2) COPY_ROW(uint16_t)
  else if (size == 4) COPY_ROW(uint32_t)
  else COPY_ROW(uint64_t)
}

static void rows_task(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const copy_job *job = context;
  int last = job->rank - 1;
  int64_t end = hk_minimum_of((chunk + 1) * job->units_of_task, job->units);
  for (int64_t row = chunk * job->units_of_task; row < end; row++) {
    int64_t from, to;
    locate(job, last, row, &from, &to);
    copy_row(
        job->size, job->unit, job->src + from * (int64_t)job->size, job->from[last],
        job->dst + to * (int64_t)job->size, job->to[last]);
  }
}

#define COPY_SQUARE(element)                                                        \
  {                                                                                 \
    const element *x = (const element *)job->src + from;                            \
    element *y = (element *)job->dst + to;                                          \
    for (int64_t i = 0; i < rows; i++)                                              \
      for (int64_t j = 0; j < columns; j++)                                         \
        y[i * to_row + j] = x[i + j * from_column];                                 \
  }

/// Units are strips of `square` rows of planes whose two last dimensions change places: src is
/// contiguous along the last but one, dst along the last.
static void squares_task(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const copy_job *job = context;
  int row_axis = job->rank - 2, column_axis = job->rank - 1;
  int64_t to_row = job->to[row_axis], from_column = job->from[column_axis];
  int64_t strips = hk_chunks_of(job->shape[row_axis], square);
  int64_t end = hk_minimum_of((chunk + 1) * job->units_of_task, job->units);
  for (int64_t unit = chunk * job->units_of_task; unit < end; unit++) {
    int64_t plane_from, plane_to, first = unit % strips * square;
    locate(job, row_axis, unit / strips, &plane_from, &plane_to);
    int64_t rows = hk_minimum_of(square, job->shape[row_axis] - first);
    for (int64_t column = 0; column < job->shape[column_axis]; column += square) {
      int64_t columns = hk_minimum_of(square, job->shape[column_axis] - column);
      int64_t from = plane_from + first + column * from_column;
      int64_t to = plane_to + first * to_row + column;
      if (job->size == 1) COPY_SQUARE(uint8_t)
      else if (job->size == 2) COPY_SQUARE(uint16_t)
      else if (job->size == 4) COPY_SQUARE(uint32_t)
      else COPY_SQUARE(uint64_t)
    }
  }
}

static void swap(int64_t *values, int i, int j) {
  int64_t value = values[i];
  values[i] = values[j];
  values[j] = value;
}

/// Orders dimensions by falling stride in dst, so that dst is written front to back.
static void order(int rank, int64_t *shape, int64_t *from, int64_t *to) {
  for (int i = 1; i < rank; i++)
    for (int j = i; j > 0 && to[j - 1] < to[j]; j--)
      swap(shape, j - 1, j), swap(from, j - 1, j), swap(to, j - 1, j);
}

/// Rows or strips that make a task of about HK_CHUNK elements.
static int64_t units_of_task(int64_t unit) {
  return hk_maximum_of(1, HK_CHUNK / hk_maximum_of(unit, 1));
}

void hk_copy_strided(
    hk_pool *pool, size_t element_size, int rank, const int64_t *shape, const void *src,
    const int64_t *src_strides, void *dst, const int64_t *dst_strides) {
  int64_t sizes[HK_MAXIMUM_RANK], from[HK_MAXIMUM_RANK], to[HK_MAXIMUM_RANK];
  int kept = 0;
  for (int d = 0; d < rank; d++) {
    if (shape[d] == 0) return;
    if (shape[d] == 1) continue;
    sizes[kept] = shape[d], from[kept] = src_strides[d], to[kept++] = dst_strides[d];
  }
  order(kept, sizes, from, to);
  hk_walk walk;
  hk_walk_make(&walk, kept, sizes, 2, (const int64_t *const[]){from, to});

  copy_job job = {.size = element_size, .rank = walk.rank, .src = src, .dst = dst};
  size_t bytes = sizeof(int64_t) * (size_t)walk.rank;
  memcpy(job.shape, walk.shape, bytes);
  memcpy(job.from, walk.strides[0], bytes);
  memcpy(job.to, walk.strides[1], bytes);
  int last = job.rank - 1;
  int unit_axis = -1;
  for (int d = 0; d < last; d++)
    if (job.from[d] == 1) unit_axis = d;
  if (job.from[last] != 1 && job.from[last] != 0 && job.to[last] == 1 && unit_axis >= 0) {
    for (int d = unit_axis; d < last - 1; d++)
      swap(job.shape, d, d + 1), swap(job.from, d, d + 1), swap(job.to, d, d + 1);
    int64_t strips = hk_chunks_of(job.shape[last - 1], square);
    job.units = walk.count / (job.shape[last - 1] * job.shape[last]) * strips;
    job.units_of_task = units_of_task(job.shape[last] * square);
    hk_pool_run(pool, hk_chunks_of(job.units, job.units_of_task), squares_task, &job);
    return;
  }
  if (last == 0 && job.shape[0] > HK_CHUNK) {
    // One long row: cut it, so that threads share it.
    int64_t cut = job.shape[0] / HK_CHUNK * HK_CHUNK, step_from = job.from[0],
            step_to = job.to[0];
    int64_t rest = job.shape[0] - cut;
    job.rank = 2;
    job.shape[0] = cut / HK_CHUNK, job.shape[1] = HK_CHUNK;
    job.from[0] = step_from * HK_CHUNK, job.from[1] = step_from;
    job.to[0] = step_to * HK_CHUNK, job.to[1] = step_to;
    copy_row(
        element_size, rest, job.src + cut * step_from * (int64_t)element_size, step_from,
        job.dst + cut * step_to * (int64_t)element_size, step_to);
    last = 1;
  }
  job.unit = job.shape[last];
  job.units = 1;
  for (int d = 0; d < last; d++) job.units *= job.shape[d];
  job.units_of_task = units_of_task(job.unit);
  hk_pool_run(pool, hk_chunks_of(job.units, job.units_of_task), rows_task, &job);
}

void hk_fill(hk_pool *pool, size_t element_size, int64_t n, const void *value, void *dst) {
  hk_copy_strided(
      pool, element_size, 1, &n, value, (const int64_t[]){0}, dst, (const int64_t[]){1});
}
