// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bindings/handle_table.h"
#include "executor/session.h"

namespace tfwasm {

// A model that JavaScript holds. Throws E_DISPOSED.
const Session& GetModel(Handle model);

}  // namespace tfwasm
