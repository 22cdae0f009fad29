// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "convert/source_model.h"

namespace tfwasm {

// Makes the features that ParseExample and ParseExampleV2 find in serialized examples inputs of the
// model, in the place of the examples. A feature is named by its key; a sparse one is three inputs,
// "key/indices", "key/values" and "key/shape". Nodes whose keys are not constant stay.
void CutExamples(SourceModel& source);

}  // namespace tfwasm
