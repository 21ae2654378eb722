#include "internal.h"

// C = A B with both operands packed into panels that one micro-kernel reads in order:
// A into panels of `panel_rows` rows, B into panels of `panel_columns` columns, both running over
// k. The micro-kernel keeps panel_rows x panel_columns of C in registers.
//
// Every element of C is one chain of multiply-adds in the order of k (or, for a long k, one chain
// for each fixed piece of k, the pieces added in order). How the work is cut into items and who
// packs what changes no bit, and may follow the number of threads.

/// A longer k is cut into pieces of `split_length`, where m x n is at most `split_area`: a
/// product like 20 x 128 over 30,528 has too few elements to share among threads otherwise.
enum { split_from = 4096, split_length = 1024, split_area = 65536 };

/// Steps of k between loads and stores of the registers: panels of 256 steps of both operands
/// stay in the L1 and L2 caches while they are used again.
enum { block_depth = 256 };

/// Multiply-adds that are worth an item of their own: some 10 us.
enum { item_work = 1 << 19 };

/// Rows of an item at most, and elements of B that it uses at most (512 KiB): so that both fit a
/// common L2 cache of 1 MiB together.
enum { item_rows = 192, item_packed = 1 << 17 };

/// Elements that one task of the shared packing takes at least: 1-3 us.
enum { packing_work = 4096 };

/// How many steps of k ahead the rows of B are fetched.
enum { prefetched_rows = 24 };

typedef struct {
  hk_matmul_problem p;
  int64_t panel_rows, panel_columns;
  int64_t m_panels, n_panels;
  /// Panels of an item, and items, in each direction.
  int64_t item_m, item_n, items_m, items_n;
  int64_t splits, depth;
  /// Whether an operand is packed before the items run, because several use each panel.
  bool shared_a, shared_b;
  int64_t panels_of_task_a, panels_of_task_b, pack_tasks_a;
  float *packed_a, *packed_b;
  /// f32 results of the pieces of k: [batch, splits, m, n_panels * panel_columns].
  float *pieces;
  /// Each worker's own: packed A, packed B, tiles of C.
  float *local;
  int64_t local_floats, local_a, local_b;
} matmul_plan;

static int64_t batches_of_b(const matmul_plan *plan) {
  return plan->p.batch_stride_b == 0 ? 1 : plan->p.batch;
}

#define HK_BODY "matmul_body.h"
#include "instantiate.h"
#undef HK_BODY

/// Cuts the output into items: cache-sized, then smaller until every thread has some.
static void cut(matmul_plan *plan, int threads) {
  const hk_matmul_problem *p = &plan->p;
  plan->m_panels = hk_chunks_of(p->m, plan->panel_rows);
  plan->n_panels = hk_chunks_of(p->n, plan->panel_columns);
  bool splits = p->k >= split_from && p->m * p->n <= split_area;
  plan->depth = splits ? split_length : p->k;
  plan->splits = splits ? hk_chunks_of(p->k, split_length) : 1;

  int64_t fitting = item_packed / (plan->panel_columns * hk_maximum_of(plan->depth, 1));
  plan->item_m = hk_minimum_of(plan->m_panels, item_rows / plan->panel_rows);
  plan->item_n = hk_minimum_of(plan->n_panels, hk_maximum_of(fitting, 1));
  int64_t units = p->batch * plan->splits;
  for (;;) {
    plan->items_m = hk_chunks_of(plan->m_panels, plan->item_m);
    plan->items_n = hk_chunks_of(plan->n_panels, plan->item_n);
    // Equal shares instead of full ones and a rest.
    plan->item_m = hk_chunks_of(plan->m_panels, plan->items_m);
    plan->item_n = hk_chunks_of(plan->n_panels, plan->items_n);
    int64_t rows = plan->item_m * plan->panel_rows;
    int64_t columns = plan->item_n * plan->panel_columns;
    bool enough = units * plan->items_m * plan->items_n >= (threads == 1 ? 1 : threads * 4);
    bool small = rows * columns * plan->depth < 2 * item_work;
    if (enough || small || (plan->item_m == 1 && plan->item_n == 1)) return;
    if (plan->item_n > 1 && (columns >= rows || plan->item_m == 1))
      plan->item_n = (plan->item_n + 1) / 2;
    else
      plan->item_m = (plan->item_m + 1) / 2;
  }
}

static int64_t padded(int64_t floats) { return (floats + 15) & ~(int64_t)15; }

/// Lays out the scratch memory of the plan.
static void place(matmul_plan *plan, hk_pool *pool) {
  const hk_matmul_problem *p = &plan->p;
  plan->shared_a = plan->items_n > 1;
  plan->shared_b = plan->items_m > 1 || (p->batch > 1 && p->batch_stride_b == 0);
  int64_t rows = plan->item_m * plan->panel_rows, columns = plan->item_n * plan->panel_columns;
  bool blocks = plan->depth > block_depth;

  int64_t shared_a =
      plan->shared_a ? padded(p->batch * plan->m_panels * plan->panel_rows * p->k) : 0;
  int64_t shared_b =
      plan->shared_b ? padded(batches_of_b(plan) * plan->n_panels * plan->panel_columns * p->k)
                     : 0;
  int64_t pieces =
      plan->splits > 1
          ? padded(p->batch * plan->splits * p->m * plan->n_panels * plan->panel_columns)
          : 0;
  int64_t deep = hk_minimum_of(plan->depth, block_depth);
  plan->local_a = plan->shared_a ? 0 : padded(rows * deep);
  plan->local_b = plan->shared_b ? 0 : padded(plan->panel_columns * deep);
  int64_t tiles = padded(blocks ? rows * columns : plan->panel_rows * plan->panel_columns);
  plan->local_floats = plan->local_a + plan->local_b + tiles;

  int64_t floats = shared_a + shared_b + pieces + plan->local_floats * hk_pool_threads(pool);
  float *scratch = hk_pool_scratch(pool, (size_t)floats * sizeof(float));
  plan->packed_a = scratch;
  plan->packed_b = plan->packed_a + shared_a;
  plan->pieces = plan->packed_b + shared_b;
  plan->local = plan->pieces + pieces;
}

void hk_matmul(hk_pool *pool, const hk_matmul_problem *problem) {
  matmul_plan plan = {.p = *problem};
  hk_matmul_problem *p = &plan.p;
  if (p->batch <= 0 || p->m <= 0 || p->n <= 0) return;
  if (p->row_stride_a == 0) p->row_stride_a = p->transpose_a ? p->m : p->k;
  if (p->row_stride_b == 0) p->row_stride_b = p->transpose_b ? p->k : p->n;
  if (p->row_stride_c == 0) p->row_stride_c = p->n;
  HK_PICK(pool, tile_size)(&plan);
  cut(&plan, hk_pool_threads(pool));
  place(&plan, pool);
  int64_t k = hk_maximum_of(p->k, 1);
  plan.panels_of_task_a = hk_chunks_of(packing_work, plan.panel_rows * k);
  plan.panels_of_task_b = hk_chunks_of(packing_work, plan.panel_columns * k);
  plan.pack_tasks_a =
      plan.shared_a ? p->batch * hk_chunks_of(plan.m_panels, plan.panels_of_task_a) : 0;
  int64_t pack_tasks_b =
      plan.shared_b
          ? batches_of_b(&plan) * hk_chunks_of(plan.n_panels, plan.panels_of_task_b)
          : 0;
  hk_pool_run(pool, plan.pack_tasks_a + pack_tasks_b, HK_PICK(pool, pack_task), &plan);
  hk_pool_run(
      pool, p->batch * plan.splits * plan.items_m * plan.items_n, HK_PICK(pool, item_task),
      &plan);
  if (plan.splits > 1)
    hk_pool_run(pool, p->batch * p->m, HK_PICK(pool, combine_task), &plan);
}
