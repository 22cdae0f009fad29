// SPDX-License-Identifier: Apache-2.0
// RunRecurrent and RunRecurrentGradient for each cell.
#pragma once

#include "kernels/recurrent.h"

namespace tfwasm {

void RunSimpleRnn(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                  const RecurrentInputs& inputs, const RecurrentOutputs& outputs);
void RunSimpleRnnGradient(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                          const RecurrentGradientInputs& inputs,
                          const RecurrentGradientOutputs& outputs);

void RunLstm(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
             const RecurrentInputs& inputs, const RecurrentOutputs& outputs);
void RunLstmGradient(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                     const RecurrentGradientInputs& inputs,
                     const RecurrentGradientOutputs& outputs);

void RunGru(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
            const RecurrentInputs& inputs, const RecurrentOutputs& outputs);
void RunGruGradient(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                    const RecurrentGradientInputs& inputs, const RecurrentGradientOutputs& outputs);

}  // namespace tfwasm
