// Dropout for one instruction set (see instantiate.h).

/// The random words of 4 * `counters` elements from element 4 * `first` on: hk_philox with its 32-bit
/// words held in 64-bit lanes, in which the instruction sets multiply 32 x 32 bits.
HK_HELPER void HK_NAME(random_words)(
    const dropout_job *job, uint64_t first, int64_t counters, uint32_t *words) {
  const uint64_t low = 0xffffffffu;
  HK_VECTORISE for (int64_t i = 0; i < counters; i++) {
    uint64_t c0 = (first + (uint64_t)i) & low, c1 = job->stream, c2 = job->replica;
    uint64_t c3 = job->micro_batch;
    uint32_t k0 = (uint32_t)job->seed, k1 = (uint32_t)(job->seed >> 32);
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; round++) {
      uint64_t p = 0xd2511f53u * c0, q = 0xcd9e8d57u * c2;
      c0 = (q >> 32) ^ c1 ^ k0;
      c2 = (p >> 32) ^ c3 ^ k1;
      c1 = q & low;
      c3 = p & low;
      k0 += 0x9e3779b9u;
      k1 += 0xbb67ae85u;
    }
    words[4 * i] = (uint32_t)c0;
    words[4 * i + 1] = (uint32_t)c1;
    words[4 * i + 2] = (uint32_t)c2;
    words[4 * i + 3] = (uint32_t)c3;
  }
}

static void HK_NAME(dropout_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const dropout_job *job = context;
  int64_t end = hk_minimum_of((chunk + 1) * HK_CHUNK, job->n);
  float in[HK_BLOCK], results[HK_BLOCK];
  uint32_t words[HK_BLOCK];
  for (int64_t begin = chunk * HK_CHUNK; begin < end; begin += HK_BLOCK) {
    int64_t n = hk_minimum_of(HK_BLOCK, end - begin);
    HK_NAME(random_words)(job, (uint64_t)begin / 4, HK_BLOCK / 4, words);
    const float *x = HK_NAME(load)(job->type, job->x, begin, n, in);
    float *y = HK_NAME(target)(job->type, job->y, begin, results);
    HK_VECTORISE for (int64_t i = 0; i < n; i++)
      y[i] = words[i] >= job->threshold ? x[i] * job->scale : 0.0f;
    HK_NAME(store)(job->type, y, n, job->y, begin);
  }
}

static void HK_NAME(dropout_box_task)(const void *context, int64_t chunk, int worker) {
  (void)chunk, (void)worker;
  const dropout_box_job *box = context;
  const dropout_job *job = &box->job;
  const hk_walk *walk = &box->walk;
  int64_t last = walk->rank > 0 ? walk->rank - 1 : 0;
  int64_t width = walk->rank > 0 ? walk->shape[last] : 1;
  int64_t stride = walk->rank > 0 ? walk->strides[0][last] : 1;
  float in[HK_BLOCK], results[HK_BLOCK];
  // Of a run that begins within a counter the words of the elements before are left out.
  uint32_t words[HK_BLOCK + 4];
  hk_position position;
  hk_walk_seek(walk, 0, &position);
  for (int64_t begin = 0; begin < job->n; begin += width) {
    for (int64_t place = 0; place < width;) {
      int64_t number = box->first + position.offset[0] + place * stride;
      int64_t n = stride == 1 ? hk_minimum_of(HK_BLOCK, width - place) : 1;
      int64_t skipped = number & 3;
      HK_NAME(random_words)(job, (uint64_t)number / 4, (skipped + n + 3) / 4, words);
      const float *x = HK_NAME(load)(job->type, job->x, begin + place, n, in);
      float *y = HK_NAME(target)(job->type, job->y, begin + place, results);
      HK_VECTORISE for (int64_t i = 0; i < n; i++)
        y[i] = words[skipped + i] >= job->threshold ? x[i] * job->scale : 0.0f;
      HK_NAME(store)(job->type, y, n, job->y, begin + place);
      place += n;
    }
    hk_walk_next(walk, &position);
  }
}
