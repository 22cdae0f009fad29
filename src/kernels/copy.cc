// SPDX-License-Identifier: Apache-2.0
#include "kernels/copy.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/object.h"
#include "kernels/visit_type.h"

namespace tfwasm {

namespace {

using Chunk [[gnu::vector_size(16)]] = uint32_t;
using FourChunks [[gnu::vector_size(64)]] = uint32_t;

// The last chunk may overlap the previous one.
template <typename T>
void CopyChunks(void* out, const void* in, size_t bytes) {
  auto* to = static_cast<char*>(out);
  const auto* from = static_cast<const char*>(in);
  const char* last = from + bytes - sizeof(T);
  T chunk;
  for (; from < last; from += sizeof(T), to += sizeof(T)) {
    std::memcpy(&chunk, from, sizeof(T));
    std::memcpy(to, &chunk, sizeof(T));
  }
  std::memcpy(&chunk, last, sizeof(T));
  std::memcpy(static_cast<char*>(out) + bytes - sizeof(T), &chunk, sizeof(T));
}

template <typename T>
void CopyStrided(const void* in, int64_t in_step, void* out, int64_t out_step, int64_t count) {
  const T* from = static_cast<const T*>(in);
  T* to = static_cast<T*>(out);
  // 32-bit steps: pointers have 32 bits in WebAssembly.
  const auto from_step = static_cast<ptrdiff_t>(in_step);
  const auto to_step = static_cast<ptrdiff_t>(out_step);
  for (auto left = static_cast<size_t>(count); left > 0; --left, from += from_step, to += to_step) {
    *to = *from;
  }
}

void FillBytes(const void* value, size_t size, char* out, size_t bytes) {
  char pattern[sizeof(FourChunks)];
  for (size_t i = 0; i < sizeof(pattern); i += size) std::memcpy(pattern + i, value, size);
  if (bytes < sizeof(pattern)) return CopyBytes(out, pattern, bytes);
  FourChunks chunk;
  std::memcpy(&chunk, pattern, sizeof(chunk));
  // The last chunk may overlap the previous one.
  char* const last = out + bytes - sizeof(chunk);
  for (; out < last; out += sizeof(chunk)) std::memcpy(out, &chunk, sizeof(chunk));
  std::memcpy(last, &chunk, sizeof(chunk));
}

}  // namespace

void CopyBytes(void* out, const void* in, size_t bytes) {
  constexpr size_t kLarge = 512;
  if (bytes >= kLarge) {
    std::memcpy(out, in, bytes);
  } else if (bytes >= sizeof(FourChunks)) {
    CopyChunks<FourChunks>(out, in, bytes);
  } else if (bytes >= sizeof(Chunk)) {
    CopyChunks<Chunk>(out, in, bytes);
  } else if (bytes >= sizeof(uint32_t)) {
    CopyChunks<uint32_t>(out, in, bytes);
  } else if (bytes > 0) {
    CopyChunks<uint8_t>(out, in, bytes);
  }
}

void CopyElements(DType dtype, const void* in, void* out, int64_t count) {
  if (count <= 0 || in == out) return;
  if (dtype == DType::kString) return CopyStrided<std::string>(in, 1, out, 1, count);
  if (IsHandle(dtype)) return CopyStrided<ObjectPtr>(in, 1, out, 1, count);
  CopyBytes(out, in, static_cast<size_t>(count) * ElementSize(dtype));
}

void CopyElements(DType dtype, const void* in, int64_t in_step, void* out, int64_t out_step,
                  int64_t count) {
  if (in_step == 1 && out_step == 1) return CopyElements(dtype, in, out, count);
  VisitType(dtype, [&](auto tag) {
    CopyStrided<typename decltype(tag)::type>(in, in_step, out, out_step, count);
  });
}

void FillElements(DType dtype, const void* value, void* out, int64_t count) {
  if (count <= 0) return;
  if (dtype == DType::kString) {
    std::fill_n(static_cast<std::string*>(out), count, *static_cast<const std::string*>(value));
    return;
  }
  if (IsHandle(dtype)) Throw(Code::kDType, "expected data, got ", dtype);
  constexpr char kZeros[sizeof(Complex64)] = {};
  const size_t size = ElementSize(dtype);
  if (std::memcmp(value, kZeros, size) == 0) return ZeroElements(dtype, out, count);
  FillBytes(value, size, static_cast<char*>(out), static_cast<size_t>(count) * size);
}

void ZeroElements(DType dtype, void* out, int64_t count) {
  if (count <= 0) return;
  if (dtype == DType::kString) {
    const std::string empty;
    return FillElements(dtype, &empty, out, count);
  }
  std::memset(out, 0, static_cast<size_t>(count) * ElementSize(dtype));
}

}  // namespace tfwasm
