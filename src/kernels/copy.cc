// SPDX-License-Identifier: Apache-2.0
#include "kernels/copy.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/object.h"
#include "kernels/visit_type.h"

namespace tfwasm {

namespace {

template <typename T>
void CopyStrided(const void* in, int64_t in_step, void* out, int64_t out_step, int64_t count) {
  const T* from = static_cast<const T*>(in);
  T* to = static_cast<T*>(out);
  for (int64_t i = 0; i < count; ++i) to[i * out_step] = from[i * in_step];
}

template <typename T>
void Fill(const void* value, void* out, int64_t count) {
  std::fill_n(static_cast<T*>(out), count, *static_cast<const T*>(value));
}

}  // namespace

void CopyElements(DType dtype, const void* in, void* out, int64_t count) {
  if (count <= 0 || in == out) return;
  if (dtype == DType::kString) return CopyStrided<std::string>(in, 1, out, 1, count);
  if (IsHandle(dtype)) return CopyStrided<ObjectPtr>(in, 1, out, 1, count);
  std::memcpy(out, in, static_cast<size_t>(count) * ElementSize(dtype));
}

void CopyElements(DType dtype, const void* in, int64_t in_step, void* out, int64_t out_step,
                  int64_t count) {
  if (in_step == 1 && out_step == 1) return CopyElements(dtype, in, out, count);
  VisitType(dtype, [&](auto tag) {
    CopyStrided<typename decltype(tag)::type>(in, in_step, out, out_step, count);
  });
}

void FillElements(DType dtype, const void* value, void* out, int64_t count) {
  VisitType(dtype, [&](auto tag) { Fill<typename decltype(tag)::type>(value, out, count); });
}

void ZeroElements(DType dtype, void* out, int64_t count) {
  if (count <= 0) return;
  if (dtype == DType::kString) {
    const std::string empty;
    return Fill<std::string>(&empty, out, count);
  }
  std::memset(out, 0, static_cast<size_t>(count) * ElementSize(dtype));
}

}  // namespace tfwasm
