// SPDX-License-Identifier: Apache-2.0
#include "kernels/gather.h"

#include <cstring>
#include <string>
#include <type_traits>
#include <utility>

#include "core/error.h"
#include "kernels/copy.h"
#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"

namespace tfwasm {

namespace {

void CheckIndices(const GatherDims& dims, const int32_t* indices) {
  const int64_t total = dims.batch * dims.count;
  for (int64_t i = 0; i < total; ++i) {
    if (indices[i] >= 0 && indices[i] < dims.size) continue;
    Throw(Code::kInput, "the index value ", indices[i], " is not in [0, ", dims.size - 1,
          "]: indices[", i, "]");
  }
}

// For single elements, a copy is faster than a memcpy call.
template <typename T>
void PickElements(const void* in, const int32_t* indices, void* out, int64_t count) {
  const T* from = static_cast<const T*>(in);
  T* to = static_cast<T*>(out);
  for (int64_t i = 0; i < count; ++i) to[i] = from[indices[i]];
}

void PickBlocks(DType dtype, int64_t block, const void* in, const int32_t* indices, void* out,
                int64_t count) {
  if (block == 1) {
    return VisitType(dtype, [&](auto tag) {
      PickElements<typename decltype(tag)::type>(in, indices, out, count);
    });
  }
  for (int64_t i = 0; i < count; ++i) {
    CopyElements(dtype, ElementAt(dtype, in, indices[i] * block), ElementAt(dtype, out, i * block),
                 block);
  }
}

// Calls fn(row, element) for all rows. `element`: where the row's block begins.
template <typename F>
void ForEachBlock(const NdIndices& where, const int32_t* indices, const F& fn) {
  for (int64_t row = 0; row < where.rows; ++row) {
    fn(row * where.block, where.Offset(indices, row));
  }
}

// Copies one block per row. ends(row, element, element size) returns source and destination.
template <typename F>
void CopyBlocks(DType dtype, const NdIndices& where, const int32_t* indices, const F& ends) {
  const auto size = static_cast<int64_t>(ElementSize(dtype));
  const auto bytes = static_cast<size_t>(where.block * size);
  ForEachBlock(where, indices, [&](int64_t i, int64_t place) {
    const auto [from, to] = ends(i, place, size);
    if (dtype == DType::kString || IsHandle(dtype)) {
      CopyElements(dtype, from, to, where.block);
    } else if (bytes == sizeof(uint32_t)) {
      std::memcpy(to, from, sizeof(uint32_t));
    } else if (bytes > 0) {
      CopyBytes(to, from, bytes);
    }
  });
}

template <typename T>
void AddElement(T x, T& to) {
  if constexpr (std::is_same_v<T, uint8_t>) {
    to = to != 0 || x != 0;
  } else if constexpr (std::is_same_v<T, int32_t>) {
    // Wraps around, like TensorFlow.
    to = static_cast<int32_t>(static_cast<uint32_t>(to) + static_cast<uint32_t>(x));
  } else {
    to += x;
  }
}

template <typename T>
void AddBlock(const T* from, T* to, int64_t count) {
  if (count == 1) return AddElement(*from, *to);
  for (int64_t i = 0; i < count; ++i) AddElement(from[i], to[i]);
}

}  // namespace

void Gather(DType dtype, const GatherDims& dims, const void* in, const int32_t* indices,
            void* out) {
  CheckIndices(dims, indices);
  const auto pick = [&](int64_t slab, int64_t begin, int64_t end) {
    const int32_t* picked = indices + slab / dims.outer * dims.count;
    PickBlocks(dtype, dims.inner, ElementAt(dtype, in, slab * dims.size * dims.inner),
               picked + begin, ElementAt(dtype, out, (slab * dims.count + begin) * dims.inner),
               end - begin);
  };
  const int64_t slabs = dims.batch * dims.outer;
  const auto block = static_cast<double>(dims.inner);
  // String copies allocate and can throw, so they must stay on the calling thread.
  if (dtype == DType::kString) {
    for (int64_t slab = 0; slab < slabs; ++slab) pick(slab, 0, dims.count);
  } else if (slabs == 1) {
    ParallelFor(dims.count, block, [&](int64_t begin, int64_t end) { pick(0, begin, end); });
  } else {
    ParallelFor(slabs, block * static_cast<double>(dims.count), [&](int64_t begin, int64_t end) {
      for (int64_t slab = begin; slab < end; ++slab) pick(slab, 0, dims.count);
    });
  }
}

NdIndices::NdIndices(const Shape& indexed, int64_t index_depth, int64_t index_rows)
    : shape(indexed), depth(static_cast<int>(index_depth)), rows(index_rows) {
  if (index_depth > indexed.rank()) {
    Throw(Code::kShape, index_depth, " indices are too many for a tensor of shape ", indexed);
  }
  block = indexed.Product(depth, indexed.rank());
}

void NdIndices::ThrowOutOfRange(int64_t row, int axis, int32_t index) const {
  Throw(Code::kInput, "index ", axis, " of row ", row, " is ", index,
        ", expected at least 0 and less than ", shape[axis]);
}

void GatherNd(DType dtype, const NdIndices& where, const void* in, const int32_t* indices,
              void* out) {
  CopyBlocks(dtype, where, indices, [&](int64_t i, int64_t place, int64_t size) {
    return std::pair(static_cast<const char*>(in) + place * size,
                     static_cast<char*>(out) + i * size);
  });
}

void ScatterNd(DType dtype, const NdIndices& where, const int32_t* indices, const void* updates,
               void* out) {
  CopyBlocks(dtype, where, indices, [&](int64_t i, int64_t place, int64_t size) {
    return std::pair(static_cast<const char*>(updates) + i * size,
                     static_cast<char*>(out) + place * size);
  });
}

void ScatterAddNd(DType dtype, const NdIndices& where, const int32_t* indices, const void* updates,
                  void* out) {
  VisitType(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, std::string>) {
      Throw(Code::kDType, "strings cannot be added");
    } else {
      ForEachBlock(where, indices, [&](int64_t i, int64_t place) {
        AddBlock(static_cast<const T*>(updates) + i, static_cast<T*>(out) + place, where.block);
      });
    }
  });
}

}  // namespace tfwasm
