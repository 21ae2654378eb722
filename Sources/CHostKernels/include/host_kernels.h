// The kernels with which the CPU device executes BERT training.
//
// Tensors are row-major and contiguous unless strides (in elements) are given. f16 is the bits of
// IEEE binary16 in uint16_t, i1 one byte, 0 or 1. An operation on f16 loads to f32, computes in
// f32 and rounds to nearest even once, at the store. All sums accumulate in f32 in an order that
// depends on sizes alone, so any number of threads gives the same bits; and all kernels but
// `hk_matmul` without FMA give the same bits on every instruction set.
// Outputs must not overlap inputs except where a function says so. Sizes may be zero. Any
// alignment of the element type works; 64 bytes is up to three times faster.
#ifndef HOST_KERNELS_H
#define HOST_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Element types of the kernels.
typedef enum { hk_f16, hk_f32, hk_i32, hk_i1 } hk_type;

/// Tensors have at most this many dimensions.
#define HK_MAXIMUM_RANK 8

// ---- Instruction sets and threads

/// Instruction sets, each containing the ones before it. Scalar is the portable baseline.
typedef enum { hk_scalar, hk_avx2, hk_avx512 } hk_instruction_set_kind;

/// The best instruction set of this processor, or TESSERA_INSTRUCTION_SET (scalar, avx2 or
/// avx512) where that names a set which the processor has.
hk_instruction_set_kind hk_default_instruction_set(void);

/// Whether this processor executes `set`.
bool hk_instruction_set_available(hk_instruction_set_kind set);

/// "scalar", "avx2" or "avx512".
const char *hk_instruction_set_name(hk_instruction_set_kind set);

/// The name of the default instruction set, for reports.
const char *hk_instruction_set(void);

/// A pool of threads, the caller being one of them, with scratch memory and an instruction set.
/// Only one thread at a time may call kernels on a pool, and no task may call into its own pool.
typedef struct hk_pool hk_pool;

/// A pool of `threads` threads (at least 1; 1 starts none) on the default instruction set.
/// NULL when memory or threads run out.
hk_pool *hk_pool_create(int threads);

/// The same on a given instruction set; NULL also where the processor lacks it.
hk_pool *hk_pool_create_with(int threads, hk_instruction_set_kind set);

void hk_pool_destroy(hk_pool *pool);

/// Threads of the pool, the caller included.
int hk_pool_threads(const hk_pool *pool);

/// A piece of work: chunk numbers come from 0 ..< chunks, in any order, each once; `worker` is
/// 0 ..< threads, never the same for two pieces at the same time.
typedef void hk_task(const void *context, int64_t chunk, int worker);

/// Runs all chunks and returns when they are done. One chunk runs on the caller.
void hk_pool_run(hk_pool *pool, int64_t chunks, hk_task *task, const void *context);

/// Tasks that wait for each other, none for one of a higher number. Only one thread at a time may run
/// a graph.
typedef struct hk_graph hk_graph;

/// An edge of a graph: `task` begins only when `earlier` has ended, or, where the two overlap, when it has
/// begun: it then waits for events of `earlier` itself. `earlier` < `task`.
typedef struct {
  int32_t earlier;
  int32_t task;
  bool overlaps;
} hk_graph_edge;

/// A graph of `count` tasks. Of those that are ready the one of the highest priority begins first, but
/// those that may have to wait for events after the others; one of which `callers` is not 0 runs on the
/// thread that calls `hk_graph_run`. No edge occurs twice. Event e belongs to task `event_tasks[e]`; these
/// numbers do not fall. NULL when memory runs out, or where an edge or an event is none of the graph.
hk_graph *hk_graph_create(
    int32_t count, const double *priorities, const uint8_t *callers, int64_t edge_count,
    const hk_graph_edge *edges, int32_t event_count, const int32_t *event_tasks);

void hk_graph_destroy(hk_graph *graph);

/// Does a task's work and says whether that went well; `worker` as for `hk_task`, 0 being the caller.
typedef bool hk_graph_task(const void *context, int32_t task, int worker);

/// Runs all tasks and returns -1 when they are done. Where tasks fail it returns the lowest of their
/// numbers: the tasks before that have run, and others perhaps.
int32_t hk_graph_run(hk_pool *pool, hk_graph *graph, hk_graph_task *task, const void *context);

/// Tells tasks that wait for the event, which belongs to the task that runs, that they need to wait no
/// longer. What a task has not signalled when it ends is signalled then.
void hk_graph_signal(hk_graph *graph, int32_t event);

/// Waits for the event of a task that has begun. False where a task before `task`, the one that waits,
/// has failed: it is to end.
bool hk_graph_wait(hk_graph *graph, int32_t event, int32_t task);

// ---- Elementwise

typedef enum {
  hk_negate,
  hk_exponential,
  hk_exponential_minus_one,
  hk_logarithm,
  hk_square_root,
  hk_hyperbolic_tangent,
  hk_gelu_tanh_form,
  hk_gelu_erf_form,
} hk_unary_op;

/// y[i] = op(x[i]); f16 or f32 (negate also i32, wrapping). y may be x.
void hk_unary(hk_pool *pool, hk_unary_op op, hk_type type, int64_t n, const void *x, void *y);

typedef enum {
  hk_add,
  hk_subtract,
  hk_multiply,
  /// NaN where either operand is NaN.
  hk_maximum,
  /// f16 and f32 only, as all below.
  hk_divide,
  /// a is dy, b is x: dy * gelu'(x), tanh form.
  hk_gelu_tanh_gradient,
  /// a is dy, b is x: dy * gelu'(x), erf form.
  hk_gelu_erf_gradient,
  /// a is dy, b is y = tanh(x): dy * (1 - y^2).
  hk_tanh_gradient,
} hk_binary_op;

/// out = op(a, b), out contiguous of `shape`; strides of a and b in elements, 0 where an operand
/// is broadcast. f16, f32; i32 (wrapping) for the first four. out may be a or b where that
/// operand is contiguous of the full shape.
void hk_binary(
    hk_pool *pool, hk_binary_op op, hk_type type, int rank, const int64_t *shape, const void *a,
    const int64_t *a_strides, const void *b, const int64_t *b_strides, void *out);

typedef enum { hk_equal, hk_not_equal, hk_less } hk_comparison;

/// out (i1, contiguous of `shape`) = a op b with strides as `hk_binary`; f16, f32, i32.
void hk_compare(
    hk_pool *pool, hk_comparison op, hk_type type, int rank, const int64_t *shape, const void *a,
    const int64_t *a_strides, const void *b, const int64_t *b_strides, uint8_t *out);

/// out = condition ? a : b, elements of any type, strides as `hk_binary`.
void hk_select(
    hk_pool *pool, hk_type type, int rank, const int64_t *shape, const uint8_t *condition,
    const int64_t *condition_strides, const void *a, const int64_t *a_strides, const void *b,
    const int64_t *b_strides, void *out);

/// y += x over a box of y: x is contiguous of `shape`, y points to the box's first element and has
/// the strides `y_strides`, in elements. f16 or f32.
void hk_accumulate_box(
    hk_pool *pool, hk_type type, int rank, const int64_t *shape, const void *x, void *y,
    const int64_t *y_strides);

/// y[i] = x[i] in another type. Float to i32 truncates toward zero and saturates, NaN gives 0;
/// to i1: whether not zero; i32 to float rounds to nearest even.
void hk_convert(hk_pool *pool, hk_type from, hk_type to, int64_t n, const void *x, void *y);

/// out[i] = x[i] + x[part_stride + i] + ..., `parts` of them (at least 1), in f32 in that order,
/// rounded once; f16 or f32. out may be x.
void hk_add_parts(
    hk_pool *pool, hk_type type, int64_t n, int64_t parts, const void *x, int64_t part_stride,
    void *out);

// ---- Chains of elementwise operations

/// What a step of a chain does.
typedef enum {
  /// Fills a register with an operand's elements.
  hk_chain_load,
  hk_chain_unary,
  hk_chain_binary,
  hk_chain_compare,
  hk_chain_select,
  hk_chain_convert,
} hk_chain_kind;

/// A step of a chain. A register holds a block of elements: f16 and f32 as f32, i32, or i1. A step
/// may write a register that it reads, where both hold elements of one size.
typedef struct {
  hk_chain_kind kind;
  /// The hk_unary_op, hk_binary_op or hk_comparison; of a load the operand's number.
  int op;
  /// Of the elements that are read: of a selection, those that are chosen from.
  hk_type type;
  hk_type result_type;
  /// The registers that are read, as many as the operation has operands; of a selection a and b,
  /// with the condition in c.
  int a, b, c;
  /// The register that is written.
  int to;
  /// Whether an f16 result is rounded in its register, as it must be where another step reads it. A
  /// result that is only stored is rounded then.
  bool rounds;
  /// The result, not of f16, that is this step's value, or -1; one step says it of a result.
  int result;
  /// Of a load: the last step that reads the register for it.
  int last;
} hk_chain_step;

/// A result of a chain: the register that holds it at the end, and its type.
typedef struct {
  int from;
  hk_type type;
} hk_chain_result;

/// Runs the steps on one block of elements after the other. Results are contiguous of `shape`.
/// Operand o has the strides `strides[o * rank]` ..., in elements, 0 where it is broadcast. The
/// first `once` steps load operands of one element, to the registers 0 ..< `once`, which nothing else
/// writes; they run once. `addresses` has the operands, then the results. A result may be an operand of its type
/// that is contiguous of the full shape.
void hk_chain(
    hk_pool *pool, int rank, const int64_t *shape, int operand_count, const int64_t *strides,
    int register_count, int step_count, const hk_chain_step *steps, int once, int result_count,
    const hk_chain_result *results, void *const *addresses);

// ---- Movement

/// dst[i . dst_strides] = src[i . src_strides] for every index i of `shape`: transpose, broadcast
/// (stride 0 in src), slice, padding and concatenation are this with the right base pointers and
/// strides. Element sizes 1, 2, 4, 8. Strides in elements, not negative; dst must not overlap
/// itself.
void hk_copy_strided(
    hk_pool *pool, size_t element_size, int rank, const int64_t *shape, const void *src,
    const int64_t *src_strides, void *dst, const int64_t *dst_strides);

/// dst[i] = *value for n elements of `element_size` bytes (1, 2, 4, 8).
void hk_fill(hk_pool *pool, size_t element_size, int64_t n, const void *value, void *dst);

// ---- Memories of tiles

/// A box of elements that is copied: of a rank of at least 1, strides in elements.
typedef struct {
  int rank;
  int64_t shape[HK_MAXIMUM_RANK];
  int64_t source_strides[HK_MAXIMUM_RANK];
  int64_t destination_strides[HK_MAXIMUM_RANK];
} hk_tile_box;

/// A copy from one tile's memory to another's; offsets in bytes.
typedef struct {
  int32_t source;
  int32_t destination;
  int64_t source_offset;
  int64_t destination_offset;
  /// The number of its box.
  int32_t box;
} hk_tile_copy;

/// Copies n boxes on this thread: tile t's memory begins t tile strides, in bytes, behind `source` or
/// `destination`. Element sizes 1, 2, 4, 8; no destination may overlap a source.
void hk_tile_copy_all(
    size_t element_size, int64_t n, const hk_tile_copy *copies, const hk_tile_box *boxes,
    const void *source, int64_t source_tile_stride, void *destination,
    int64_t destination_tile_stride);

/// The first copy of which a byte that it reads is 0 in `marks`, which has a byte for each byte of the
/// source; -1 where there is none.
int64_t hk_tile_first_unwritten(
    size_t element_size, int64_t n, const hk_tile_copy *copies, const hk_tile_box *boxes,
    const void *marks, int64_t tile_stride);

/// Sets the bytes of `marks`, which has a byte for each byte of the destination, that the copies write.
void hk_tile_mark_written(
    size_t element_size, int64_t n, const hk_tile_copy *copies, const hk_tile_box *boxes,
    void *marks, int64_t tile_stride);

// ---- Reductions

typedef enum { hk_reduce_sum, hk_reduce_maximum } hk_reduction;

/// y = x reduced over the axes whose bit is set in `axes` (bit 0 is the first axis); y holds the
/// remaining axes in order. f16, f32, and i32 (sums wrap). Over no elements: 0, or the
/// smallest value. Maximum is NaN where an element is NaN.
void hk_reduce(
    hk_pool *pool, hk_reduction op, hk_type type, int rank, const int64_t *shape, uint32_t axes,
    const void *x, void *y);

// ---- Matrix multiplication

/// C = A B for each of `batch` problems: A is m x k (stored k x m where transposed), B is k x n
/// (stored n x k where transposed), C is m x n.
typedef struct {
  /// Type of A and B: f16 or f32.
  hk_type input;
  /// Type of C: f16 or f32. Products and sums are f32; C is rounded once.
  hk_type output;
  int64_t batch, m, n, k;
  const void *a;
  bool transpose_a;
  /// Elements between the stored rows of A; 0 means contiguous.
  int64_t row_stride_a;
  /// Elements between the problems' A; may be 0.
  int64_t batch_stride_a;
  const void *b;
  bool transpose_b;
  int64_t row_stride_b;
  int64_t batch_stride_b;
  void *c;
  int64_t row_stride_c;
  int64_t batch_stride_c;
} hk_matmul_problem;

void hk_matmul(hk_pool *pool, const hk_matmul_problem *problem);

// ---- Indexed rows and columns
// Each returns 0, or -1 where an index is outside its range; *bad_position is then the first
// position in `indices` with such an index, and the output is untouched.

/// y[i, :] = table[indices[i], :] for i < n; table is [rows, width].
int hk_gather_rows(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const int32_t *indices, int64_t n,
    const void *table, void *y, int64_t *bad_position);

/// y = zeros of [rows, width], then y[indices[i], :] += updates[i, :] in the order of i, summed in
/// f32 and rounded once. f16 or f32.
int hk_scatter_add_rows(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const int32_t *indices, int64_t n,
    const void *updates, void *y, int64_t *bad_position);

/// y[r, :] += the sum of the updates[i, :] with indices[i] = r, for each r that occurs; y is
/// [rows, width]. The sum is formed in the order of i in f32 and rounded once before it is added, so
/// that y gets the bits of an addition of hk_scatter_add_rows. f16 or f32.
int hk_accumulate_rows(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const int32_t *indices, int64_t n,
    const void *updates, void *y, int64_t *bad_position);

/// y[i] = x[i, indices[i]] for i < rows; x is [rows, width].
int hk_select_columns(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *x,
    const int32_t *indices, void *y, int64_t *bad_position);

/// y = zeros of [rows, width] but y[i, indices[i]] = dy[i].
int hk_place_columns(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *dy,
    const int32_t *indices, void *y, int64_t *bad_position);

// ---- Normalisation, over the last axis of [rows, width]; f16 or f32

/// y = (x - mean) * inverse_stddev * gamma + beta, with mean and 1 / sqrt(variance + epsilon) of
/// each row (variance over width, not width - 1) also returned in f32. y may be x.
void hk_layer_norm(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, float epsilon, const void *x,
    const void *gamma, const void *beta, void *y, float *mean, float *inverse_stddev);

/// With h = (x - mean) * inverse_stddev and g = dy * gamma:
/// dx = inverse_stddev * (g - mean(g) - h * mean(g * h)), dgamma = sum over rows of dy * h,
/// dbeta = sum over rows of dy. dx may be dy or x.
void hk_layer_norm_gradient(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *dy, const void *x,
    const void *gamma, const float *mean, const float *inverse_stddev, void *dx, void *dgamma,
    void *dbeta);

/// y = e^(x - max) / sum(e^(x - max)). y may be x.
void hk_softmax(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *x, void *y);

/// dx = y * (dy - sum(dy * y)), y the result of softmax. dx may be dy or y.
void hk_softmax_gradient(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *dy, const void *y,
    void *dx);

/// y = (x - max) - log(sum(e^(x - max))). y may be x.
void hk_log_softmax(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *x, void *y);

/// dx = dy - e^y * sum(dy), y the result of log_softmax. dx may be dy or y.
void hk_log_softmax_gradient(
    hk_pool *pool, hk_type type, int64_t rows, int64_t width, const void *dy, const void *y,
    void *dx);

// ---- Random

/// y[i] = word(i) >= threshold ? x[i] * scale : 0, with word(i) of `hk_random_word`, threshold =
/// probability * 2^32 truncated, scale = 1 / (1 - probability) rounded to f32.
/// 0 <= probability < 1; f16 or f32. y may be x; the same call on dy is the gradient.
void hk_dropout(
    hk_pool *pool, hk_type type, int64_t n, const void *x, void *y, double probability,
    uint64_t seed, uint32_t stream, uint32_t replica, uint32_t micro_batch);

/// The same of a box of a larger tensor, on this thread: x and y are contiguous of `shape`, and their
/// element at an index has the word of the tensor's element number `first` + index . strides.
void hk_dropout_box(
    hk_pool *pool, hk_type type, int rank, const int64_t *shape, const int64_t *strides,
    int64_t first, const void *x, void *y, double probability, uint64_t seed, uint32_t stream,
    uint32_t replica, uint32_t micro_batch);

// ---- Numbers that are not finite

/// What n numbers are: how many NaNs and infinities, the place of the first of either, or -1, and the
/// largest magnitude of the others, or 0.
typedef struct {
  int64_t first, nans, infinities;
  float largest;
} hk_number_scan;

/// Looks at n elements of f16 or f32, on this thread.
hk_number_scan hk_scan(hk_type type, int64_t n, const void *x);

#endif
