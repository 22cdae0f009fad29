// SPDX-License-Identifier: Apache-2.0
// The stored form of tensors in checkpoints.
#pragma once

#include <string_view>

#include "convert/checkpoint.h"

namespace tfwasm {

// Throws E_WEIGHT_BYTES if the number of bytes does not match type and shape.
void CheckStoredSize(std::string_view key, const CheckpointEntry& entry, const TensorSlice* slice);

// Decodes the bytes of an entry. `swap`: they are big endian. Throws E_WEIGHT_BYTES if they do not
// have the checksum, or strings are malformed.
Tensor DecodeStored(std::string_view key, const CheckpointEntry& entry, const Shape& shape,
                    std::string bytes, bool swap);

// `slice` with all lengths known. Throws E_WEIGHT_BYTES if it is not within the shape.
TensorSlice ResolveSlice(std::string_view key, const TensorSlice& slice, const Shape& shape);

// Copies `value` to its place in `tensor`.
void PasteSlice(const Tensor& value, const TensorSlice& slice, Tensor& tensor);

}  // namespace tfwasm
