// Packing, micro-kernel and items of hk_matmul for one instruction set (see instantiate.h).

#define HK_VECTOR HK_NAME(hk_vector)
#define HK_HALVES HK_NAME(hk_halves)
#define HK_PANEL_COLUMNS (2 * HK_LANES)

typedef float HK_VECTOR __attribute__((ext_vector_type(HK_LANES), aligned(4)));
typedef _Float16 HK_HALVES __attribute__((ext_vector_type(HK_LANES), aligned(2)));

static void HK_NAME(tile_size)(matmul_plan *plan) {
  plan->panel_rows = HK_PANEL_ROWS;
  plan->panel_columns = HK_PANEL_COLUMNS;
}

HK_SCALAR float HK_NAME(element)(hk_type type, const void *x, int64_t i) {
  return type == hk_f32 ? ((const float *)x)[i]
                        : hk_float_from_half(((const uint16_t *)x)[i]);
}

HK_SCALAR void HK_NAME(load_vector)(hk_type type, const void *x, int64_t i, HK_VECTOR *out) {
  if (type == hk_f32) {
    *out = *(const HK_VECTOR *)((const float *)x + i);
    return;
  }
#if HK_HARDWARE_HALF
  *out = __builtin_convertvector(*(const HK_HALVES *)((const uint16_t *)x + i), HK_VECTOR);
#else
  for (int j = 0; j < HK_LANES; j++)
    (*out)[j] = hk_float_from_half(((const uint16_t *)x)[i + j]);
#endif
}

// Alternating elements of the lower, and of the upper, halves of two vectors.
#if HK_LANES == 16
#define HK_LOWER(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HK_UPPER(a, b)                                                                     \
  __builtin_shufflevector(                                                                 \
      a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif HK_LANES == 8
#define HK_LOWER(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HK_UPPER(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define HK_LOWER(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HK_UPPER(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

/// Transposes a square of vectors in registers: each round interleaves row i with row i + half,
/// and after log2(lanes) rounds rows have become columns.
HK_SCALAR void HK_NAME(transpose)(HK_VECTOR rows[HK_LANES]) {
#pragma clang loop unroll(full)
  for (int round = 1; round < HK_LANES; round *= 2) {
    HK_VECTOR mixed[HK_LANES];
#pragma clang loop unroll(full)
    for (int i = 0; i < HK_LANES / 2; i++) {
      mixed[2 * i] = HK_LOWER(rows[i], rows[i + HK_LANES / 2]);
      mixed[2 * i + 1] = HK_UPPER(rows[i], rows[i + HK_LANES / 2]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < HK_LANES; i++) rows[i] = mixed[i];
  }
}

/// Packs `count` stored rows, which run over k already: panel[k][j] = x[k * stride + j] for
/// j < valid, 0 for the rest of `width`.
HK_SCALAR void HK_NAME(pack_rows)(
    hk_type type, const void *x, int64_t start, int64_t stride, int64_t count, int width,
    int valid, float *panel) {
  int64_t size = (int64_t)hk_size_of(type);
  for (int64_t k = 0; k < count; k++, start += stride, panel += width) {
    // The rows of a panel of B lie apart: the processor's own prefetchers miss them. Those of A
    // may be so far apart that fetching ahead costs more than it gives.
    const char *ahead = (const char *)x + (start + prefetched_rows * stride) * size;
    for (int byte = 0; width == HK_PANEL_COLUMNS && byte < width * size; byte += 64)
      __builtin_prefetch(ahead + byte);
    int j = 0;
    if (valid == width)
      for (; j + HK_LANES <= width; j += HK_LANES)
        HK_NAME(load_vector)(type, x, start + j, (HK_VECTOR *)(panel + j));
    for (; j < valid; j++) panel[j] = HK_NAME(element)(type, x, start + j);
    for (; j < width; j++) panel[j] = 0;
  }
}

/// Packs stored rows that run across k: panel[k][j] = x[j * stride + k].
HK_SCALAR void HK_NAME(pack_columns)(
    hk_type type, const void *x, int64_t start, int64_t stride, int64_t count, int width,
    int valid, float *panel) {
  for (int first = 0; first < width; first += HK_LANES) {
    int stored = width - first < HK_LANES ? width - first : HK_LANES;
    int64_t k = 0;
    for (; k + HK_LANES <= count; k += HK_LANES) {
      HK_VECTOR rows[HK_LANES];
#pragma clang loop unroll(full)
      for (int j = 0; j < HK_LANES; j++) {
        // The same place of the next panel, which is packed after this one has been used.
        const char *ahead =
            (const char *)x + (size_t)(start + (first + width + j) * stride + k) * hk_size_of(type);
        __builtin_prefetch(ahead, 0, 2);
        rows[j] = 0;
        if (first + j < valid)
          HK_NAME(load_vector)(type, x, start + (first + j) * stride + k, &rows[j]);
      }
      HK_NAME(transpose)(rows);
#pragma clang loop unroll(full)
      for (int i = 0; i < HK_LANES; i++)
        memcpy(panel + (k + i) * width + first, &rows[i], (size_t)stored * sizeof(float));
    }
    for (; k < count; k++)
      for (int j = first; j < first + stored; j++)
        panel[k * width + j] =
            j < valid ? HK_NAME(element)(type, x, start + j * stride + k) : 0.0f;
  }
}

/// Packs k0 ..< k0 + depth of one panel, rows or columns `first` on, of which `valid` exist.
#define HK_PACK(name, width)                                                                  \
  static void HK_NAME(name)(                                                                  \
      hk_type type, const void *x, bool across, int64_t base, int64_t stride, int64_t first,  \
      int valid, int64_t k0, int64_t depth, float *panel) {                                   \
    if (across) {                                                                             \
      int64_t start = base + first * stride + k0;                                             \
      if (type == hk_f32)                                                                     \
        HK_NAME(pack_columns)(hk_f32, x, start, stride, depth, width, valid, panel);          \
      else                                                                                    \
        HK_NAME(pack_columns)(hk_f16, x, start, stride, depth, width, valid, panel);          \
    } else {                                                                                  \
      int64_t start = base + k0 * stride + first;                                             \
      if (type == hk_f32)                                                                     \
        HK_NAME(pack_rows)(hk_f32, x, start, stride, depth, width, valid, panel);             \
      else                                                                                    \
        HK_NAME(pack_rows)(hk_f16, x, start, stride, depth, width, valid, panel);             \
    }                                                                                         \
  }

HK_PACK(pack_panel_a, HK_PANEL_ROWS)
HK_PACK(pack_panel_b, HK_PANEL_COLUMNS)

static void HK_NAME(pack_a)(
    const matmul_plan *plan, int64_t batch, int64_t panel, int64_t k0, int64_t depth,
    float *packed) {
  const hk_matmul_problem *p = &plan->p;
  int64_t first = panel * HK_PANEL_ROWS;
  HK_NAME(pack_panel_a)(
      p->input, p->a, !p->transpose_a, batch * p->batch_stride_a, p->row_stride_a, first,
      (int)hk_minimum_of(HK_PANEL_ROWS, p->m - first), k0, depth, packed);
}

static void HK_NAME(pack_b)(
    const matmul_plan *plan, int64_t batch, int64_t panel, int64_t k0, int64_t depth,
    float *packed) {
  const hk_matmul_problem *p = &plan->p;
  int64_t first = panel * HK_PANEL_COLUMNS;
  HK_NAME(pack_panel_b)(
      p->input, p->b, p->transpose_b, batch * p->batch_stride_b, p->row_stride_b, first,
      (int)hk_minimum_of(HK_PANEL_COLUMNS, p->n - first), k0, depth, packed);
}

/// Packs some shared panels of A or, the higher chunks, of B, over all of k.
static void HK_NAME(pack_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const matmul_plan *plan = context;
  bool is_a = chunk < plan->pack_tasks_a;
  int64_t panels = is_a ? plan->m_panels : plan->n_panels;
  int64_t panels_of_task = is_a ? plan->panels_of_task_a : plan->panels_of_task_b;
  int64_t tasks = hk_chunks_of(panels, panels_of_task);
  if (!is_a) chunk -= plan->pack_tasks_a;
  int64_t batch = chunk / tasks, panel = chunk % tasks * panels_of_task;
  int64_t end = hk_minimum_of(panel + panels_of_task, panels), k = plan->p.k;
  for (; panel < end; panel++) {
    int64_t place = (batch * panels + panel) * k;
    if (is_a)
      HK_NAME(pack_a)(plan, batch, panel, 0, k, plan->packed_a + place * HK_PANEL_ROWS);
    else HK_NAME(pack_b)(plan, batch, panel, 0, k, plan->packed_b + place * HK_PANEL_COLUMNS);
  }
}

/// c[rows][2 vectors] (+)= a panel times b panel over `depth` steps of k, held in registers.
HK_SCALAR void HK_NAME(multiply_rows)(
    int rows, int64_t depth, const float *a, const float *b, float *c, int64_t stride,
    bool continues) {
  HK_VECTOR sums[HK_PANEL_ROWS][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    // C is fetched while k runs: the stores at the end would wait for it.
    __builtin_prefetch(c + i * stride, 1);
    __builtin_prefetch(c + i * stride + HK_LANES, 1);
    sums[i][0] = 0;
    sums[i][1] = 0;
    if (continues) {
      sums[i][0] = *(const HK_VECTOR *)(c + i * stride);
      sums[i][1] = *(const HK_VECTOR *)(c + i * stride + HK_LANES);
    }
  }
  for (int64_t k = 0; k < depth; k++, a += HK_PANEL_ROWS, b += HK_PANEL_COLUMNS) {
    HK_VECTOR left = *(const HK_VECTOR *)b, right = *(const HK_VECTOR *)(b + HK_LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      HK_VECTOR value = (HK_VECTOR)(a[i]);
#if HK_FUSED
      sums[i][0] = __builtin_elementwise_fma(value, left, sums[i][0]);
      sums[i][1] = __builtin_elementwise_fma(value, right, sums[i][1]);
#else
      sums[i][0] += value * left;
      sums[i][1] += value * right;
#endif
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    *(HK_VECTOR *)(c + i * stride) = sums[i][0];
    *(HK_VECTOR *)(c + i * stride + HK_LANES) = sums[i][1];
  }
}

/// The micro-kernel for a panel with `rows` existing rows, each number with code of its own.
static void HK_NAME(multiply)(
    int rows, int64_t depth, const float *a, const float *b, float *c, int64_t stride,
    bool continues) {
  switch (rows) {
#define HK_ROWS(n) \
  case n: HK_NAME(multiply_rows)(n, depth, a, b, c, stride, continues); return;
    HK_ROWS(1) HK_ROWS(2) HK_ROWS(3) HK_ROWS(4) HK_ROWS(5) HK_ROWS(6)
#if HK_PANEL_ROWS == 12
    HK_ROWS(7) HK_ROWS(8) HK_ROWS(9) HK_ROWS(10) HK_ROWS(11) HK_ROWS(12)
#endif
#undef HK_ROWS
  }
}

/// Moves a finished tile to C, leaving out columns that do not exist, rounding where C is f16.
static void HK_NAME(finish)(
    const hk_matmul_problem *p, const float *tile, int64_t offset, int rows, int64_t columns) {
  for (int i = 0; i < rows; i++)
    HK_NAME(store)(
        p->output, tile + i * HK_PANEL_COLUMNS, columns, p->c, offset + i * p->row_stride_c);
}

/// One item: some panels of A times some panels of B over one piece of k.
static void HK_NAME(item_task)(const void *context, int64_t chunk, int worker) {
  const matmul_plan *plan = context;
  const hk_matmul_problem *p = &plan->p;
  int64_t item_n = chunk % plan->items_n, rest = chunk / plan->items_n;
  int64_t item_m = rest % plan->items_m;
  rest /= plan->items_m;
  int64_t split = rest % plan->splits, batch = rest / plan->splits;
  int64_t k0 = split * plan->depth, depth = hk_minimum_of(plan->depth, p->k - k0);
  int64_t m0 = item_m * plan->item_m, m1 = hk_minimum_of(m0 + plan->item_m, plan->m_panels);
  int64_t n0 = item_n * plan->item_n, n1 = hk_minimum_of(n0 + plan->item_n, plan->n_panels);

  // Panels of A, from one panel to the next, and of B, at the piece's first k. Shared panels run
  // over all of k; own ones are packed block by block, B's each right before its use.
  float *local = plan->local + worker * plan->local_floats;
  float *own_b = local + plan->local_a, *tiles = own_b + plan->local_b;
  int64_t batch_b = p->batch_stride_b == 0 ? 0 : batch;
  const float *shared_a =
      plan->packed_a + ((batch * plan->m_panels + m0) * p->k + k0) * HK_PANEL_ROWS;
  const float *shared_b =
      plan->packed_b + ((batch_b * plan->n_panels + n0) * p->k + k0) * HK_PANEL_COLUMNS;

  int64_t piece_stride = plan->n_panels * HK_PANEL_COLUMNS;
  float *piece = plan->pieces + (batch * plan->splits + split) * p->m * piece_stride;
  int64_t k = 0;
  do {
    int64_t steps = hk_minimum_of(block_depth, depth - k);
    bool last = k + steps >= depth;
    const float *a = shared_a + k * HK_PANEL_ROWS;
    int64_t step_a = HK_PANEL_ROWS * p->k;
    if (!plan->shared_a) {
      a = local;
      step_a = HK_PANEL_ROWS * steps;
      for (int64_t m = m0; m < m1; m++)
        HK_NAME(pack_a)(plan, batch, m, k0 + k, steps, local + (m - m0) * step_a);
    }
    for (int64_t n = n0; n < n1; n++) {
      const float *b = shared_b + ((n - n0) * p->k + k) * HK_PANEL_COLUMNS;
      if (!plan->shared_b) {
        b = own_b;
        HK_NAME(pack_b)(plan, batch, n, k0 + k, steps, own_b);
      }
      int64_t column = n * HK_PANEL_COLUMNS;
      int64_t columns = hk_minimum_of(HK_PANEL_COLUMNS, p->n - column);
      for (int64_t m = m0; m < m1; m++) {
        int64_t row = m * HK_PANEL_ROWS;
        int rows = (int)hk_minimum_of(HK_PANEL_ROWS, p->m - row);
        int64_t offset = batch * p->batch_stride_c + row * p->row_stride_c + column;
        float *c = (float *)p->c + offset;
        int64_t stride = p->row_stride_c;
        bool indirect = false;
        if (plan->splits > 1) {
          c = piece + row * piece_stride + column;
          stride = piece_stride;
        } else if (p->output != hk_f32 || columns < HK_PANEL_COLUMNS) {
          int64_t tile = depth > block_depth ? (n - n0) * (m1 - m0) + (m - m0) : 0;
          c = tiles + tile * HK_PANEL_ROWS * HK_PANEL_COLUMNS;
          stride = HK_PANEL_COLUMNS;
          indirect = true;
        }
        HK_NAME(multiply)(rows, steps, a + (m - m0) * step_a, b, c, stride, k > 0);
        if (indirect && last) HK_NAME(finish)(p, c, offset, rows, columns);
      }
    }
    k += steps;
  } while (k < depth);
}

/// Adds the pieces of k of one row of C in order and rounds.
static void HK_NAME(combine_task)(const void *context, int64_t chunk, int worker) {
  (void)worker;
  const matmul_plan *plan = context;
  const hk_matmul_problem *p = &plan->p;
  int64_t batch = chunk / p->m, row = chunk % p->m;
  int64_t piece_stride = plan->n_panels * HK_PANEL_COLUMNS;
  float sums[HK_BLOCK];
  for (int64_t column = 0; column < p->n; column += HK_BLOCK) {
    int64_t n = hk_minimum_of(HK_BLOCK, p->n - column);
    for (int64_t split = 0; split < plan->splits; split++) {
      const float *piece =
          plan->pieces + ((batch * plan->splits + split) * p->m + row) * piece_stride + column;
      if (split == 0) memcpy(sums, piece, (size_t)n * sizeof(float));
      else HK_VECTORISE for (int64_t i = 0; i < n; i++) sums[i] += piece[i];
    }
    HK_NAME(store)(
        p->output, sums, n, p->c, batch * p->batch_stride_c + row * p->row_stride_c + column);
  }
}

#undef HK_VECTOR
#undef HK_HALVES
#undef HK_PANEL_COLUMNS
#undef HK_LOWER
#undef HK_UPPER
#undef HK_PACK
