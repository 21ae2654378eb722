// Ordered row sums for one instruction set (see instantiate.h).

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
      float sums[HK_BLOCK], buffer[HK_BLOCK];
      for (int64_t j = 0; j < n; j++) sums[j] = 0;
      for (int64_t i = first; i < after; i++) {
        int64_t offset = job->sorted[i].position * job->width + column;
        const float *values = HK_NAME(load)(job->type, job->updates, offset, n, buffer);
        HK_VECTORISE for (int64_t j = 0; j < n; j++) sums[j] += values[j];
      }
      HK_NAME(store)(job->type, sums, n, job->y, row * job->width + column);
    }
    first = after;
  }
}
