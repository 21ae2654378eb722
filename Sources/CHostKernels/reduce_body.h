// Reductions for one instruction set (see instantiate.h).

/// Reduces n elements of x from `offset` on, block after block.
static float HK_NAME(reduce_run)(
    hk_reduction op, hk_type type, const void *x, int64_t offset, int64_t n) {
  float buffer[HK_BLOCK], result = identity(op);
  for (int64_t i = 0; i < n; i += HK_BLOCK) {
    int64_t length = hk_minimum_of(HK_BLOCK, n - i);
    const float *values = HK_NAME(load)(type, x, offset + i, length, buffer);
    if (op == hk_reduce_sum) result += HK_NAME(sum)(values, length);
    else result = HK_NAME(largest)(result, values, length);
  }
  return result;
}

static void HK_NAME(rows_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const reduce_job *job = context;
  int64_t unit = chunk * job->rows_of_task;
  int64_t end = hk_minimum_of(unit + job->rows_of_task, job->outer * job->pieces);
  for (; unit < end; unit++) {
    int64_t row = unit / job->pieces, start = unit % job->pieces * HK_CHUNK;
    int64_t n = hk_minimum_of(HK_CHUNK, job->reduced - start);
    float result =
        HK_NAME(reduce_run)(job->op, job->type, job->x, row * job->reduced + start, n);
    if (job->pieces > 1) job->partial[unit] = result;
    else HK_NAME(store)(job->type, &result, 1, job->y, row);
  }
}

/// results[j] (op)= values[j].
static void HK_NAME(accumulate)(hk_reduction op, int64_t n, const float *values, float *results) {
  if (op == hk_reduce_sum) {
    HK_VECTORISE for (int64_t j = 0; j < n; j++) results[j] += values[j];
  } else {
    HK_VECTORISE for (int64_t j = 0; j < n; j++)
      results[j] = HK_NAME(larger)(results[j], values[j]);
  }
}

static void HK_NAME(columns_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const reduce_job *job = context;
  int64_t blocks = hk_chunks_of(job->inner, piece_columns);
  int64_t column = chunk % blocks * piece_columns, unit = chunk / blocks;
  int64_t piece = unit % job->pieces, outer = unit / job->pieces;
  int64_t n = hk_minimum_of(piece_columns, job->inner - column);
  int64_t row = piece * piece_rows, end = hk_minimum_of(row + piece_rows, job->reduced);
  float buffer[HK_BLOCK], results[HK_BLOCK];
  for (int64_t j = 0; j < n; j++) results[j] = identity(job->op);
  for (; row < end; row++) {
    int64_t offset = (outer * job->reduced + row) * job->inner + column;
    HK_NAME(accumulate)(
        job->op, n, HK_NAME(load)(job->type, job->x, offset, n, buffer), results);
  }
  if (job->pieces > 1)
    memcpy(job->partial + unit * job->inner + column, results, (size_t)n * sizeof(float));
  else HK_NAME(store)(job->type, results, n, job->y, outer * job->inner + column);
}

static void HK_NAME(combine_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const reduce_job *job = context;
  int64_t blocks = hk_chunks_of(job->inner, piece_columns);
  int64_t column = chunk % blocks * piece_columns, outer = chunk / blocks;
  int64_t n = hk_minimum_of(piece_columns, job->inner - column);
  float results[HK_BLOCK];
  for (int64_t j = 0; j < n; j++) results[j] = identity(job->op);
  for (int64_t piece = 0; piece < job->pieces; piece++)
    HK_NAME(accumulate)(
        job->op, n, job->partial + (outer * job->pieces + piece) * job->inner + column, results);
  HK_NAME(store)(job->type, results, n, job->y, outer * job->inner + column);
}

static void HK_NAME(scattered_output)(const scattered_job *job, int64_t output) {
  int64_t inner = job->kept.shape[job->kept.rank - 1];
  hk_position at;
  hk_walk_seek(&job->kept, output / inner, &at);
  int64_t start = at.offset[0] + output % inner * job->kept.strides[0][job->kept.rank - 1];
  if (job->type == hk_i32) {
    ((int32_t *)job->y)[output] = integer_element(job, start);
    return;
  }
  const hk_walk *walk = &job->reduced;
  int64_t length = walk->shape[walk->rank - 1], step = walk->strides[0][walk->rank - 1];
  float result = identity(job->op), buffer[HK_BLOCK];
  hk_walk_seek(walk, 0, &at);
  for (int64_t done = 0; done < walk->count; done += length, hk_walk_next(walk, &at)) {
    for (int64_t i = 0; i < length; i += HK_BLOCK) {
      int64_t n = hk_minimum_of(HK_BLOCK, length - i);
      const float *values = HK_NAME(load_strided)(
          job->type, job->x, start + at.offset[0] + i * step, step, n, buffer);
      if (job->op == hk_reduce_sum) result += HK_NAME(sum)(values, n);
      else result = HK_NAME(largest)(result, values, n);
    }
  }
  HK_NAME(store)(job->type, &result, 1, job->y, output);
}

static void HK_NAME(scattered_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const scattered_job *job = context;
  int64_t output = chunk * job->outputs_of_task;
  int64_t end = hk_minimum_of(output + job->outputs_of_task, job->kept.count);
  for (; output < end; output++) HK_NAME(scattered_output)(job, output);
}
