#include <stdlib.h>

#include "internal.h"

bool hk_instruction_set_available(hk_instruction_set_kind set) {
#ifdef __x86_64__
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
              __builtin_cpu_supports("f16c");
  bool avx512 =
      avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
  return set == hk_scalar || (set == hk_avx2 && avx2) || (set == hk_avx512 && avx512);
#else
  return set == hk_scalar;
#endif
}

const char *hk_instruction_set_name(hk_instruction_set_kind set) {
  static const char *const names[] = {"scalar", "avx2", "avx512"};
  return set <= hk_avx512 ? names[set] : "unknown";
}

hk_instruction_set_kind hk_default_instruction_set(void) {
  const char *wanted = getenv("TESSERA_INSTRUCTION_SET");
  for (int set = hk_scalar; wanted && set <= hk_avx512; set++)
    if (strcmp(wanted, hk_instruction_set_name((hk_instruction_set_kind)set)) == 0 &&
        hk_instruction_set_available((hk_instruction_set_kind)set))
      return (hk_instruction_set_kind)set;
  for (int set = hk_avx512; set > hk_scalar; set--)
    if (hk_instruction_set_available((hk_instruction_set_kind)set))
      return (hk_instruction_set_kind)set;
  return hk_scalar;
}

const char *hk_instruction_set(void) {
  return hk_instruction_set_name(hk_default_instruction_set());
}
