// Softmax and its relatives for one instruction set (see instantiate.h).

/// The largest of n elements from `offset` on.
static float HK_NAME(run_maximum)(const softmax_job *job, int64_t offset, int64_t n) {
  float buffer[HK_BLOCK], result = -__builtin_inff();
  for (int64_t i = 0; i < n; i += HK_BLOCK) {
    int64_t length = hk_minimum_of(HK_BLOCK, n - i);
    const float *x = HK_NAME(load)(job->type, job->x, offset + i, length, buffer);
    result = HK_NAME(largest)(result, x, length);
  }
  return result;
}

/// The sum that the form needs over n elements from `offset` on: e^(x - maximum), dy * y or dy.
static float HK_NAME(run_sum)(
    const softmax_job *job, int64_t offset, int64_t n, float maximum) {
  float buffer[HK_BLOCK], other[HK_BLOCK], terms[HK_BLOCK], result = 0;
  for (int64_t i = 0; i < n; i += HK_BLOCK) {
    int64_t length = hk_minimum_of(HK_BLOCK, n - i);
    const float *x = HK_NAME(load)(job->type, job->x, offset + i, length, buffer);
    if (job->form == form_log_softmax_gradient) {
      result += HK_NAME(sum)(x, length);
      continue;
    }
    if (job->form == form_softmax_gradient) {
      const float *y = HK_NAME(load)(job->type, job->result, offset + i, length, other);
      HK_VECTORISE for (int64_t j = 0; j < length; j++) terms[j] = x[j] * y[j];
    } else {
      HK_VECTORISE for (int64_t j = 0; j < length; j++) terms[j] = hk_exp(x[j] - maximum);
    }
    result += HK_NAME(sum)(terms, length);
  }
  return result;
}

/// Writes n results from `offset` on.
static void HK_NAME(run_result)(
    const softmax_job *job, int64_t offset, int64_t n, float maximum, float sum) {
  float buffer[HK_BLOCK], other[HK_BLOCK], results[HK_BLOCK];
  float logarithm = job->form == form_log_softmax ? hk_log(sum) : 0.0f;
  for (int64_t i = 0; i < n; i += HK_BLOCK) {
    int64_t length = hk_minimum_of(HK_BLOCK, n - i);
    const float *x = HK_NAME(load)(job->type, job->x, offset + i, length, buffer);
    const float *y = x;
    if (job->result)
      y = HK_NAME(load)(job->type, job->result, offset + i, length, other);
    float *out = HK_NAME(target)(job->type, job->y, offset + i, results);
    switch (job->form) {
      case form_softmax:
        HK_VECTORISE for (int64_t j = 0; j < length; j++) out[j] = hk_exp(x[j] - maximum) / sum;
        break;
      case form_log_softmax:
        HK_VECTORISE for (int64_t j = 0; j < length; j++) out[j] = (x[j] - maximum) - logarithm;
        break;
      case form_softmax_gradient:
        HK_VECTORISE for (int64_t j = 0; j < length; j++) out[j] = y[j] * (x[j] - sum);
        break;
      case form_log_softmax_gradient:
        HK_VECTORISE for (int64_t j = 0; j < length; j++) out[j] = x[j] - hk_exp(y[j]) * sum;
        break;
    }
    HK_NAME(store)(job->type, out, length, job->y, offset + i);
  }
}

/// Softmax of a row of one block, the exponentials kept instead of computed twice.
static void HK_NAME(short_softmax)(const softmax_job *job, int64_t offset, int64_t n) {
  float buffer[HK_BLOCK], exponentials[HK_BLOCK];
  const float *x = HK_NAME(load)(job->type, job->x, offset, n, buffer);
  float maximum = HK_NAME(largest)(-__builtin_inff(), x, n);
  HK_VECTORISE for (int64_t j = 0; j < n; j++) exponentials[j] = hk_exp(x[j] - maximum);
  float sum = HK_NAME(sum)(exponentials, n);
  float *y = HK_NAME(target)(job->type, job->y, offset, buffer);
  HK_VECTORISE for (int64_t j = 0; j < n; j++) y[j] = exponentials[j] / sum;
  HK_NAME(store)(job->type, y, n, job->y, offset);
}

static void HK_NAME(whole_rows_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const softmax_job *job = context;
  bool forward = job->form == form_softmax || job->form == form_log_softmax;
  int64_t end = hk_minimum_of((chunk + 1) * job->rows_of_task, job->rows);
  for (int64_t row = chunk * job->rows_of_task; row < end; row++) {
    int64_t offset = row * job->width;
    if (job->form == form_softmax && job->width <= HK_BLOCK) {
      HK_NAME(short_softmax)(job, offset, job->width);
      continue;
    }
    float maximum = forward ? HK_NAME(run_maximum)(job, offset, job->width) : 0.0f;
    float sum = HK_NAME(run_sum)(job, offset, job->width, maximum);
    HK_NAME(run_result)(job, offset, job->width, maximum, sum);
  }
}

/// Where piece number `chunk` of all rows lies, and its length.
#define HK_PIECE                                                          \
  int64_t row = chunk / job->pieces, start = chunk % job->pieces * HK_CHUNK; \
  int64_t offset = row * job->width + start;                              \
  int64_t n = hk_minimum_of(HK_CHUNK, job->width - start)

static float HK_NAME(row_maximum)(const softmax_job *job, int64_t row) {
  if (job->form != form_softmax && job->form != form_log_softmax) return 0.0f;
  return HK_NAME(largest)(-__builtin_inff(), job->maxima + row * job->pieces, job->pieces);
}

static void HK_NAME(maximum_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const softmax_job *job = context;
  HK_PIECE;
  job->maxima[chunk] = HK_NAME(run_maximum)(job, offset, n);
}

static void HK_NAME(sum_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const softmax_job *job = context;
  HK_PIECE;
  job->sums[chunk] = HK_NAME(run_sum)(job, offset, n, HK_NAME(row_maximum)(job, row));
}

static void HK_NAME(result_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const softmax_job *job = context;
  HK_PIECE;
  float sum = 0;
  for (int64_t piece = 0; piece < job->pieces; piece++)
    sum += job->sums[row * job->pieces + piece];
  HK_NAME(run_result)(job, offset, n, HK_NAME(row_maximum)(job, row), sum);
}

#undef HK_PIECE
