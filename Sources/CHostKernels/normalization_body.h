// Layer normalisation for one instruction set (see instantiate.h).

static void HK_NAME(layer_norm_row)(const norm_job *job, int64_t row, float *local) {
  int64_t width = job->width, offset = row * width;
  const float *x = HK_NAME(load)(job->type, job->x, offset, width, local);
  float sum = 0, squares = 0, scratch[HK_BLOCK], scales[HK_BLOCK], shifts[HK_BLOCK];
  for (int64_t i = 0; i < width; i += HK_BLOCK)
    sum += HK_NAME(sum)(x + i, hk_minimum_of(HK_BLOCK, width - i));
  float mean = sum / (float)width;
  for (int64_t i = 0; i < width; i += HK_BLOCK) {
    int64_t n = hk_minimum_of(HK_BLOCK, width - i);
    HK_VECTORISE for (int64_t j = 0; j < n; j++)
      scratch[j] = (x[i + j] - mean) * (x[i + j] - mean);
    squares += HK_NAME(sum)(scratch, n);
  }
  float inverse = 1.0f / __builtin_elementwise_sqrt(squares / (float)width + job->epsilon);
  for (int64_t i = 0; i < width; i += HK_BLOCK) {
    int64_t n = hk_minimum_of(HK_BLOCK, width - i);
    const float *gamma = HK_NAME(load)(job->type, job->gamma, i, n, scales);
    const float *beta = HK_NAME(load)(job->type, job->beta, i, n, shifts);
    float *y = HK_NAME(target)(job->type, job->y, offset + i, scratch);
    HK_VECTORISE for (int64_t j = 0; j < n; j++)
      y[j] = (x[i + j] - mean) * inverse * gamma[j] + beta[j];
    HK_NAME(store)(job->type, y, n, job->y, offset + i);
  }
  job->mean[row] = mean;
  job->inverse_stddev[row] = inverse;
}

static void HK_NAME(layer_norm_task)(const void *context, int64_t chunk, int worker) {
  const norm_job *job = context;
  int64_t end = hk_minimum_of((chunk + 1) * job->rows_of_task, job->rows);
  for (int64_t row = chunk * job->rows_of_task; row < end; row++)
    HK_NAME(layer_norm_row)(job, row, job->local + worker * job->local_floats);
}

static void HK_NAME(gradient_row)(
    const norm_job *job, int64_t row, float *local, float *dgamma, float *dbeta) {
  int64_t width = job->width, offset = row * width;
  const float *dy = HK_NAME(load)(job->type, job->dy, offset, width, local);
  const float *x =
      HK_NAME(load)(job->type, job->x, offset, width, local + job->local_floats / 2);
  float mean = job->given_mean[row], inverse = job->given_inverse_stddev[row];
  float sum_g = 0, sum_gh = 0, scales[HK_BLOCK], first[HK_BLOCK], second[HK_BLOCK];
  for (int64_t i = 0; i < width; i += HK_BLOCK) {
    int64_t n = hk_minimum_of(HK_BLOCK, width - i);
    const float *gamma = HK_NAME(load)(job->type, job->gamma, i, n, scales);
    HK_VECTORISE for (int64_t j = 0; j < n; j++) {
      float h = (x[i + j] - mean) * inverse, g = dy[i + j] * gamma[j];
      first[j] = g;
      second[j] = g * h;
      dgamma[i + j] += dy[i + j] * h;
      dbeta[i + j] += dy[i + j];
    }
    sum_g += HK_NAME(sum)(first, n);
    sum_gh += HK_NAME(sum)(second, n);
  }
  float mean_g = sum_g / (float)width, mean_gh = sum_gh / (float)width;
  for (int64_t i = 0; i < width; i += HK_BLOCK) {
    int64_t n = hk_minimum_of(HK_BLOCK, width - i);
    const float *gamma = HK_NAME(load)(job->type, job->gamma, i, n, scales);
    float *dx = HK_NAME(target)(job->type, job->y, offset + i, first);
    HK_VECTORISE for (int64_t j = 0; j < n; j++) {
      float h = (x[i + j] - mean) * inverse, g = dy[i + j] * gamma[j];
      dx[j] = inverse * (g - mean_g - h * mean_gh);
    }
    HK_NAME(store)(job->type, dx, n, job->y, offset + i);
  }
}

static void HK_NAME(gradient_task)(const void *context, int64_t chunk, int worker) {
  const norm_job *job = context;
  float *dgamma = job->partial + chunk * 2 * job->width, *dbeta = dgamma + job->width;
  memset(dgamma, 0, 2 * (size_t)job->width * sizeof(float));
  int64_t end = hk_minimum_of((chunk + 1) * gradient_rows, job->rows);
  for (int64_t row = chunk * gradient_rows; row < end; row++)
    HK_NAME(gradient_row)(job, row, job->local + worker * job->local_floats, dgamma, dbeta);
}

/// Adds the pieces of dgamma and dbeta in order.
static void HK_NAME(gradient_columns_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const norm_job *job = context;
  int64_t column = chunk * HK_BLOCK, n = hk_minimum_of(HK_BLOCK, job->width - column);
  float dgamma[HK_BLOCK] = {0}, dbeta[HK_BLOCK] = {0};
  for (int64_t piece = 0; piece < job->pieces; piece++) {
    const float *partial = job->partial + piece * 2 * job->width + column;
    HK_VECTORISE for (int64_t j = 0; j < n; j++) {
      dgamma[j] += partial[j];
      dbeta[j] += partial[job->width + j];
    }
  }
  HK_NAME(store)(job->type, dgamma, n, job->dgamma, column);
  HK_NAME(store)(job->type, dbeta, n, job->dbeta, column);
}
