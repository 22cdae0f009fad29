// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "convert/model_reader.h"

namespace tfwasm {

// Reads a graph model of TensorFlow.js. Its files are the parts of model.json, "topology",
// "signature", "initializer" and "specs", of which all but the first and the last may be absent,
// and the weight files "weights/0", "weights/1", ... in the order of the manifest.
std::unique_ptr<ModelReader> MakeGraphModelReader(const FileSizes& files);

}  // namespace tfwasm
