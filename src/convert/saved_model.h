// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "convert/model_reader.h"

namespace tfwasm {

// Reads a SavedModel or a module of TensorFlow Hub: saved_model.pb, then the index of the
// variables, then the variables and assets that the signature needs.
std::unique_ptr<ModelReader> MakeSavedModelReader(const ConvertOptions& options,
                                                  const FileSizes& files);

}  // namespace tfwasm
