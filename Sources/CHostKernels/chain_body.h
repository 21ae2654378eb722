// Chains of elementwise operations for one instruction set (see instantiate.h).

#include "elementwise_blocks.h"

/// Rounds values to f16 where they are.
static void HK_NAME(round_halves)(int64_t n, float *out) {
#if HK_HARDWARE_HALF
  HK_EACH((float)(_Float16)out[i]);
#else
  HK_EACH(hk_float_from_half(hk_half_from_float(out[i])));
#endif
}

/// n elements of an operand from `offset` on with a stride, as a register holds them: where they are,
/// or in `buffer`.
static const void *HK_NAME(chain_piece)(
    hk_type type, const void *x, int64_t offset, int64_t stride, int64_t n, char *buffer) {
  if (type == hk_i32) return hk_load_integers(x, offset, stride, n, (int32_t *)buffer);
  if (type != hk_i1) {
    return HK_NAME(load_strided)(type, x, offset, stride, n, (float *)buffer);
  }
  const uint8_t *source = (const uint8_t *)x + offset;
  if (stride == 1) return source;
  for (int64_t i = 0; i < n; i++) buffer[i] = (char)source[i * stride];
  return buffer;
}

/// The operand's elements for the chain's elements `begin` ..< `begin` + n.
static const void *HK_NAME(chain_load)(
    const hk_walk *walk, hk_type type, const void *x, int64_t begin, int64_t n, char *buffer) {
  int last = walk->rank - 1;
  int64_t inner = walk->shape[last], stride = walk->strides[0][last];
  int64_t column = begin % inner;
  size_t size = type == hk_i1 ? 1 : sizeof(float);
  if (inner == walk->count && stride == 1) prefetch_block(x, begin + n, n, hk_size_of(type), false);
  hk_position at;
  hk_walk_seek(walk, begin / inner, &at);
  for (int64_t done = 0, length; done < n; done += length, column = 0) {
    if (done > 0) hk_walk_next(walk, &at);
    length = hk_minimum_of(n - done, inner - column);
    char *target = buffer + (size_t)done * size;
    const void *piece =
        HK_NAME(chain_piece)(type, x, at.offset[0] + column * stride, stride, length, target);
    if (length == n) return piece;
    if (piece != target) memcpy(target, piece, (size_t)length * size);
  }
  return buffer;
}

/// The binary operations of which an operand often is one number, with that number in a register of the
/// processor. False for the others.
#define HK_BINARY_WITH_NUMBER(name, left, right, parameters)                      \
  static bool HK_NAME(name)(hk_binary_op op, int64_t n, parameters, float *out) { \
    switch (op) {                                                                 \
      case hk_add: HK_EACH(left + right); return true;                            \
      case hk_subtract: HK_EACH(left - right); return true;                       \
      case hk_multiply: HK_EACH(left * right); return true;                       \
      case hk_divide: HK_EACH(left / right); return true;                         \
      case hk_maximum: HK_EACH(HK_NAME(larger)(left, right)); return true;        \
      default: return false;                                                      \
    }                                                                             \
  }

#define HK_PARAMETERS(...) __VA_ARGS__
HK_BINARY_WITH_NUMBER(binary_with_left, a, b[i], HK_PARAMETERS(float a, const float *b))
HK_BINARY_WITH_NUMBER(binary_with_right, a[i], b, HK_PARAMETERS(const float *a, float b))
#undef HK_PARAMETERS
#undef HK_BINARY_WITH_NUMBER

/// A binary operation on floats, of which an operand may be one number in all elements.
static void HK_NAME(chain_binary)(
    hk_binary_op op, int64_t n, const float *a, bool a_is_number, const float *b,
    bool b_is_number, float *out) {
  if (a_is_number && HK_NAME(binary_with_left)(op, n, a[0], b, out)) return;
  if (b_is_number && HK_NAME(binary_with_right)(op, n, a, b[0], out)) return;
  HK_NAME(binary_block)(op, n, a, b, out);
}

static void HK_NAME(chain_select)(
    bool is_byte, int64_t n, const uint8_t *condition, const void *a_values, const void *b_values,
    void *result) {
  if (is_byte) {
    const uint8_t *a = a_values, *b = b_values;
    uint8_t *out = result;
    HK_EACH(condition[i] ? a[i] : b[i]);
  } else {
    const uint32_t *a = a_values, *b = b_values;
    uint32_t *out = result;
    HK_EACH(condition[i] ? a[i] : b[i]);
  }
}

/// From one kind of register to another; f16 and f32 are one kind.
static void HK_NAME(chain_convert)(
    hk_type from, hk_type to, int64_t n, const void *values, void *result) {
  bool from_float = from == hk_f16 || from == hk_f32;
  if (to == hk_f16 || to == hk_f32) {
    float *out = result;
    if (from_float) {
      if (out != values) memcpy(out, values, (size_t)n * sizeof(float));
    } else if (from == hk_i32) {
      const int32_t *x = values;
      HK_EACH((float)x[i]);
    } else {
      const uint8_t *x = values;
      HK_EACH(x[i] != 0 ? 1.0f : 0.0f);
    }
  } else if (to == hk_i32) {
    int32_t *out = result;
    if (from_float) {
      const float *x = values;
      HK_EACH(HK_NAME(truncate)(x[i]));
    } else if (from == hk_i32) {
      if (out != values) memcpy(out, values, (size_t)n * sizeof(int32_t));
    } else {
      const uint8_t *x = values;
      HK_EACH(x[i] != 0);
    }
  } else {
    uint8_t *out = result;
    if (from_float) {
      const float *x = values;
      HK_EACH(x[i] != 0.0f);
    } else if (from == hk_i32) {
      const int32_t *x = values;
      HK_EACH(x[i] != 0);
    } else {
      const uint8_t *x = values;
      HK_EACH(x[i] != 0);
    }
  }
}

/// Runs one step on the elements `begin` ..< `begin` + n.
static void HK_NAME(chain_step)(
    const chain_job *job, const chain_area *area, int number, int64_t begin, int64_t n) {
  const hk_chain_step *step = &job->steps[number];
  char *out = area->memory + (size_t)(step->to * job->block) * sizeof(float);
  if (step->kind == hk_chain_load) {
    const void *elements = HK_NAME(chain_load)(
        &job->walks[number], step->type, job->addresses[step->op], begin, n, out);
    area->registers[step->to] = (void *)elements;
    return;
  }
  if (job->is_direct[number]) {
    out = (char *)job->addresses[job->operand_count + step->result] +
          (size_t)begin * hk_size_of(step->result_type);
    prefetch_block(
        job->addresses[job->operand_count + step->result], begin + n, n,
        hk_size_of(step->result_type), true);
  }
  const void *a = area->registers[step->a], *b = area->registers[step->b];
  bool is_integer = step->type == hk_i32;
  switch (step->kind) {
    case hk_chain_load: break;
    case hk_chain_unary:
      HK_NAME(unary_block)((hk_unary_op)step->op, n, a, (float *)out);
      break;
    case hk_chain_binary:
      if (is_integer) HK_NAME(binary_integers)((hk_binary_op)step->op, n, a, b, (int32_t *)out);
      else {
        // What is loaded once is one number.
        HK_NAME(chain_binary)(
            (hk_binary_op)step->op, n, a, step->a < job->once, b, step->b < job->once,
            (float *)out);
      }
      break;
    case hk_chain_compare:
      if (is_integer) {
        HK_NAME(compare_integers)((hk_comparison)step->op, n, a, b, (uint8_t *)out);
      } else {
        HK_NAME(compare_floats)((hk_comparison)step->op, n, a, b, (uint8_t *)out);
      }
      break;
    case hk_chain_select:
      HK_NAME(chain_select)
      (step->type == hk_i1, n, area->registers[step->c], a, b, out);
      break;
    case hk_chain_convert:
      HK_NAME(chain_convert)(step->type, step->result_type, n, a, out);
      break;
  }
  if (step->rounds) HK_NAME(round_halves)(n, (float *)out);
  area->registers[step->to] = out;
}

static void HK_NAME(chain_task)(const void *context, int64_t chunk, int worker) {
  const chain_job *job = context;
  chain_area area = area_of(job, worker);
  if (!*area.has_begun) {
    *area.has_begun = 1;
    for (int s = 0; s < job->once; s++) HK_NAME(chain_step)(job, &area, s, 0, job->block);
  }
  int64_t end = hk_minimum_of((chunk + 1) * job->chunk, job->count);
  for (int64_t begin = chunk * job->chunk; begin < end; begin += job->block) {
    int64_t n = hk_minimum_of(job->block, end - begin);
    for (int s = job->once; s < job->step_count; s++)
      HK_NAME(chain_step)(job, &area, s, begin, n);
    for (int r = 0; r < job->result_count; r++) {
      hk_type type = job->results[r].type;
      const void *values = area.registers[job->results[r].from];
      char *address = job->addresses[job->operand_count + r];
      if (type == hk_f16) {
        prefetch_block(address, begin + n, n, hk_size_of(type), true);
        HK_NAME(store)(type, values, n, address, begin);
        continue;
      }
      size_t size = hk_size_of(type);
      char *target = address + (size_t)begin * size;
      if (target != values) memcpy(target, values, (size_t)n * size);
    }
  }
}

#undef HK_EACH
