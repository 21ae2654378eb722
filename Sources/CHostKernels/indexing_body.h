// Ordered row sums for one instruction set (see instantiate.h).

/// Sums n columns from `column` on of the sorted updates first ..< after in f32, in their order.
static void HK_NAME(row_sums)(
    const scatter_job *job, int64_t first, int64_t after, int64_t column, int64_t n, float *sums) {
  float buffer[HK_BLOCK];
  for (int64_t j = 0; j < n; j++) sums[j] = 0;
  for (int64_t i = first; i < after; i++) {
    int64_t offset = job->sorted[i].position * job->width + column;
    const float *values = HK_NAME(load)(job->type, job->updates, offset, n, buffer);
    HK_VECTORISE for (int64_t j = 0; j < n; j++) sums[j] += values[j];
  }
}

/// Zeroes a piece of y, then sums each of its rows that has updates in f32, in their order.
static void HK_NAME(scatter_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const scatter_job *job = context;
  int64_t begin = chunk * job->rows_of_task;
  int64_t end = hk_minimum_of(begin + job->rows_of_task, job->rows);
  size_t row_bytes = (size_t)job->width * hk_size_of(job->type);
  memset((char *)job->y + (size_t)begin * row_bytes, 0, (size_t)(end - begin) * row_bytes);
  int64_t first = first_at(job, begin);
  while (first < job->n && job->sorted[first].row < end) {
    int64_t row = job->sorted[first].row, after = first;
    while (after < job->n && job->sorted[after].row == row) after++;
    for (int64_t column = 0; column < job->width; column += HK_BLOCK) {
      int64_t n = hk_minimum_of(HK_BLOCK, job->width - column);
      float sums[HK_BLOCK];
      HK_NAME(row_sums)(job, first, after, column, n, sums);
      HK_NAME(store)(job->type, sums, n, job->y, row * job->width + column);
    }
    first = after;
  }
}

/// Adds to y the sums of the rows whose first update is in a piece of the sorted updates.
static void HK_NAME(accumulate_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const scatter_job *job = context;
  int64_t first = chunk * job->rows_of_task;
  int64_t end = hk_minimum_of(first + job->rows_of_task, job->n);
  while (first > 0 && first < end && job->sorted[first].row == job->sorted[first - 1].row) first++;
  while (first < end) {
    int64_t row = job->sorted[first].row, after = first;
    while (after < job->n && job->sorted[after].row == row) after++;
    for (int64_t column = 0; column < job->width; column += HK_BLOCK) {
      int64_t n = hk_minimum_of(HK_BLOCK, job->width - column);
      int64_t offset = row * job->width + column;
      float sums[HK_BLOCK], rounded[HK_BLOCK], before[HK_BLOCK], halves[HK_BLOCK / 2];
      HK_NAME(row_sums)(job, first, after, column, n, sums);
      const float *a = HK_NAME(load)(job->type, job->y, offset, n, before);
      const float *b = sums;
      if (job->type == hk_f16) {
        HK_NAME(store)(job->type, sums, n, halves, 0);
        b = HK_NAME(load)(job->type, halves, 0, n, rounded);
      }
      HK_VECTORISE for (int64_t j = 0; j < n; j++) sums[j] = a[j] + b[j];
      HK_NAME(store)(job->type, sums, n, job->y, offset);
    }
    first = after;
  }
}
