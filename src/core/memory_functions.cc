// SPDX-License-Identifier: Apache-2.0
// memcpy, memmove and memset for WebAssembly. Emscripten's smallest C library, which linking with
// -Oz takes, moves one byte at a time; these use the instructions for whole blocks of memory, and
// for a few bytes, where such an instruction costs more than it saves, plain loads and stores.
#ifdef __EMSCRIPTEN__

#include <wasm_simd128.h>

#include <cstddef>
#include <cstdint>

namespace {

constexpr size_t kFew = 128;

// Any number of bytes from sizeof(T) to twice as many. All are read before any is written.
template <typename T>
void CopyEnds(char* to, const char* from, size_t size) {
  T first;
  T last;
  __builtin_memcpy(&first, from, sizeof(T));
  __builtin_memcpy(&last, from + size - sizeof(T), sizeof(T));
  __builtin_memcpy(to, &first, sizeof(T));
  __builtin_memcpy(to + size - sizeof(T), &last, sizeof(T));
}

// Up to 32 bytes, which may overlap.
void CopyVeryFew(char* to, const char* from, size_t size) {
  if (size >= 16) return CopyEnds<v128_t>(to, from, size);
  if (size >= 8) return CopyEnds<uint64_t>(to, from, size);
  if (size >= 4) return CopyEnds<uint32_t>(to, from, size);
  if (size >= 2) return CopyEnds<uint16_t>(to, from, size);
  if (size == 1) *to = *from;
}

}  // namespace

extern "C" {

void* memcpy(void* to, const void* from, size_t size) {
  auto* out = static_cast<char*>(to);
  const auto* in = static_cast<const char*>(from);
  if (size <= 32) {
    CopyVeryFew(out, in, size);
  } else if (size <= kFew) {
    for (size_t i = 0; i + 16 < size; i += 16) wasm_v128_store(out + i, wasm_v128_load(in + i));
    wasm_v128_store(out + size - 16, wasm_v128_load(in + size - 16));
  } else {
    __builtin_memcpy(to, from, size);
  }
  return to;
}

void* memmove(void* to, const void* from, size_t size) {
  if (size <= 32) {
    CopyVeryFew(static_cast<char*>(to), static_cast<const char*>(from), size);
  } else {
    __builtin_memmove(to, from, size);
  }
  return to;
}

void* memset(void* to, int value, size_t size) {
  auto* out = static_cast<char*>(to);
  if (size >= 16 && size <= kFew) {
    const v128_t block = wasm_i8x16_splat(static_cast<int8_t>(value));
    for (size_t i = 0; i + 16 < size; i += 16) wasm_v128_store(out + i, block);
    wasm_v128_store(out + size - 16, block);
  } else {
    __builtin_memset(to, value, size);
  }
  return to;
}

}  // extern "C"

#endif  // __EMSCRIPTEN__
