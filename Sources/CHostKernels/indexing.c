#include "internal.h"

// Rows and columns by index. Movement only, but for the sums of rows.

/// The first position whose index is not in 0 ..< limit, or -1.
static int64_t first_outside(const int32_t *indices, int64_t n, int64_t limit) {
  for (int64_t i = 0; i < n; i++)
    if (indices[i] < 0 || indices[i] >= limit) return i;
  return -1;
}

static bool inside(const int32_t *indices, int64_t n, int64_t limit, int64_t *bad_position) {
  int64_t outside = first_outside(indices, n, limit);
  if (outside < 0) return true;
  if (bad_position) *bad_position = outside;
  return false;
}

typedef struct {
  size_t size;
  int64_t rows, width, n;
  int64_t rows_of_task;
  const int32_t *indices;
  const char *x;
  char *y;
} index_job;

/// Rows of `width` elements that make a task of about HK_CHUNK elements.
static int64_t rows_of_task(int64_t width) {
  return hk_maximum_of(1, HK_CHUNK / hk_maximum_of(width, 1));
}

static void gather_task(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const index_job *job = context;
  size_t bytes = (size_t)job->width * job->size;
  int64_t end = hk_minimum_of((chunk + 1) * job->rows_of_task, job->n);
  for (int64_t i = chunk * job->rows_of_task; i < end; i++)
    memcpy(job->y + (size_t)i * bytes, job->x + (size_t)job->indices[i] * bytes, bytes);
}

int hk_gather_rows(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const int32_t *indices, int64_t n,
    const void *table, void *y, int64_t *bad_position) {
  if (!inside(indices, n, rows, bad_position)) return -1;
  index_job job = {
      .size = hk_size_of(type), .rows = rows, .width = width, .n = n,
      .rows_of_task = rows_of_task(width), .indices = indices, .x = table, .y = y};
  hk_pool_run(pool, hk_chunks_of(n, job.rows_of_task), gather_task, &job);
  return 0;
}

int hk_select_columns(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *x,
    const int32_t *indices, void *y, int64_t *bad_position) {
  (void)pool;
  if (!inside(indices, rows, width, bad_position)) return -1;
  size_t size = hk_size_of(type);
  for (int64_t i = 0; i < rows; i++)
    memcpy(
        (char *)y + (size_t)i * size, (const char *)x + (size_t)(i * width + indices[i]) * size,
        size);
  return 0;
}

/// Zeroes a piece of y and puts the elements there that belong in it.
static void place_task(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const index_job *job = context;
  int64_t begin = chunk * job->rows_of_task;
  int64_t end = hk_minimum_of(begin + job->rows_of_task, job->rows);
  size_t row_bytes = (size_t)job->width * job->size;
  memset(job->y + (size_t)begin * row_bytes, 0, (size_t)(end - begin) * row_bytes);
  for (int64_t i = begin; i < end; i++)
    memcpy(
        job->y + (size_t)i * row_bytes + (size_t)job->indices[i] * job->size,
        job->x + (size_t)i * job->size, job->size);
}

int hk_place_columns(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *dy,
    const int32_t *indices, void *y, int64_t *bad_position) {
  if (!inside(indices, rows, width, bad_position)) return -1;
  index_job job = {
      .size = hk_size_of(type), .rows = rows, .width = width,
      .rows_of_task = rows_of_task(width), .indices = indices, .x = dy, .y = y};
  hk_pool_run(pool, hk_chunks_of(rows, job.rows_of_task), place_task, &job);
  return 0;
}

/// One update: where it goes and where it comes from.
typedef struct {
  int32_t row;
  int32_t position;
} update;

typedef struct {
  hk_type type;
  int64_t rows, width, n;
  /// Rows of y, or updates of hk_accumulate_rows.
  int64_t rows_of_task;
  /// Sorted by row, then by position.
  const update *sorted;
  const void *updates;
  void *y;
} scatter_job;

/// Sorts by row, byte after byte from the lowest: each pass keeps the order of equal bytes, so
/// positions stay in order within a row. Returns whichever of the two buffers holds the result.
static update *sort_by_row(update *from, update *to, int64_t n, int64_t rows) {
  for (int shift = 0; shift < 32 && (rows - 1) >> shift > 0; shift += 8) {
    int64_t starts[257] = {0};
    for (int64_t i = 0; i < n; i++) starts[(from[i].row >> shift & 255) + 1]++;
    for (int b = 0; b < 256; b++) starts[b + 1] += starts[b];
    for (int64_t i = 0; i < n; i++) to[starts[from[i].row >> shift & 255]++] = from[i];
    update *other = from;
    from = to;
    to = other;
  }
  return from;
}

/// The first of the sorted updates whose row is not below `row`.
static int64_t first_at(const scatter_job *job, int64_t row) {
  int64_t low = 0, high = job->n;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (job->sorted[middle].row < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

#define HK_BODY "indexing_body.h"
#include "instantiate.h"
#undef HK_BODY

/// The updates sorted by row, in the pool's scratch memory.
static const update *sorted_updates(
    hk_pool *pool, const int32_t *indices, int64_t n, int64_t rows) {
  update *order = hk_pool_scratch(pool, 2 * (size_t)n * sizeof *order);
  for (int64_t i = 0; i < n; i++) order[i] = (update){indices[i], (int32_t)i};
  return sort_by_row(order, order + n, n, rows);
}

int hk_scatter_add_rows(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const int32_t *indices, int64_t n,
    const void *updates, void *y, int64_t *bad_position) {
  if (!inside(indices, n, rows, bad_position)) return -1;
  scatter_job job = {
      .type = type, .rows = rows, .width = width, .n = n, .rows_of_task = 4 * rows_of_task(width),
      .sorted = sorted_updates(pool, indices, n, rows), .updates = updates, .y = y};
  hk_pool_run(pool, hk_chunks_of(rows, job.rows_of_task), HK_PICK(pool, scatter_task), &job);
  return 0;
}

int hk_accumulate_rows(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const int32_t *indices, int64_t n,
    const void *updates, void *y, int64_t *bad_position) {
  if (!inside(indices, n, rows, bad_position)) return -1;
  scatter_job job = {
      .type = type, .rows = rows, .width = width, .n = n, .rows_of_task = rows_of_task(width),
      .sorted = sorted_updates(pool, indices, n, rows), .updates = updates, .y = y};
  hk_pool_run(pool, hk_chunks_of(n, job.rows_of_task), HK_PICK(pool, accumulate_task), &job);
  return 0;
}
