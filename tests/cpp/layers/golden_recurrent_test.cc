// SPDX-License-Identifier: Apache-2.0
// Results that were computed with loops in float64.
#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

struct Golden {
  const char* name;
  const char* layer;
  const char* config;
  Generation generation;
  Tensor x;
  std::vector<Tensor> weights;
  Tensor mask;  // empty for none
  Tensor y;
};

std::vector<Golden> Goldens() {
  const Tensor x =
      F32({2, 4, 3}, {-0.847f, 0.56f,   -0.123f, 0.447f, 0.956f,  0.077f,  0.002f,  -0.856f,
                      -0.463f, -0,      0.358f,  0.607f, -0.238f, -0.868f, -0.424f, 0.819f,
                      -0.573f, -0.096f, 0.862f,  -0.95f, 0.201f,  0.9f,    -0.539f, 0.097f});
  const std::vector<Tensor> lstm = {
      F32({3, 8}, {0.818f,  -0.734f, 0.047f,  0.501f,  0.338f,  -0.064f, -0.59f,  -0.018f,
                   -0.255f, -0.045f, -0.268f, 0.676f,  0.537f,  -0.372f, 0.145f,  -0.448f,
                   -0.094f, -0.294f, 0.315f,  -0.259f, -0.082f, 0.439f,  -0.174f, 0.813f}),
      F32({2, 8}, {-0.639f, 0.482f, -0.155f, -0.147f, 0.269f, 0.046f, -0.17f, -0.997f, -0.815f,
                   0.419f, 0.049f, 0.392f, 0.911f, 0.366f, -0.894f, -0.382f}),
      F32({8}, {0.185f, -0.53f, 0.93f, 0.89f, 0.697f, -0.055f, 0.683f, -0.738f})};
  const std::vector<Tensor> gru = {
      F32({3, 6}, {-0.552f, 0.15f, -0.661f, 0.564f, 0.714f, -0.933f, 0.065f, 0.594f, 0.95f, -0.451f,
                   -0.662f, 0.753f, 0.818f, -0.605f, -0.117f, 0.438f, 0.691f, -0.663f}),
      F32({2, 6}, {0.33f, 0.616f, 0.099f, -0.671f, -0.929f, -0.437f, 0.616f, -0.91f, -0.984f,
                   -0.277f, -0.873f, -0.701f}),
      F32({6}, {0.853f, -0.083f, 0.543f, 0.732f, 0.219f, 0.745f})};
  return {
      {"lstm_sigmoid", "LSTM",
       R"({"units": 2, "recurrent_activation": "sigmoid", "activation": "tanh", "return_sequences": true})",
       Generation::kKeras3, x, lstm, Tensor(),
       F32({2, 4, 2}, {0.164705f, -0.0342278f, 0.353498f, -0.0498495f, 0.364539f, -0.0279875f,
                       0.423395f, -0.015107f, 0.0701934f, 0.0146013f, 0.250144f, 0.0172206f,
                       0.310994f, 0.0470907f, 0.381641f, 0.040467f})},
      {"lstm_hard_sigmoid_keras2", "LSTM",
       R"({"units": 2, "recurrent_activation": "hard_sigmoid", "return_sequences": true})",
       Generation::kKeras2, x, lstm, Tensor(),
       F32({2, 4, 2}, {0.171085f, -0.0379662f, 0.338041f, -0.0581544f, 0.336938f, -0.0326689f,
                       0.395319f, -0.0161326f, 0.0657088f, 0.0161527f, 0.237976f, 0.0192014f,
                       0.298851f, 0.0536953f, 0.366949f, 0.0473646f})},
      {"lstm_hard_sigmoid_keras3", "LSTM",
       R"({"units": 2, "recurrent_activation": "hard_sigmoid", "return_sequences": true})",
       Generation::kKeras3, x, lstm, Tensor(),
       F32({2, 4, 2}, {0.170296f, -0.0424515f, 0.326794f, -0.0690934f, 0.313159f, -0.0370571f,
                       0.370226f, -0.0161565f, 0.0621712f, 0.0174154f, 0.226419f, 0.0209738f,
                       0.283154f, 0.0605931f, 0.34915f, 0.0546376f})},
      {"lstm_masked", "LSTM",
       R"({"units": 2, "zero_output_for_mask": false, "return_sequences": true})",
       Generation::kKeras3, x, lstm, Bool({2, 4}, {1, 1, 0, 0, 0, 1, 1, 0}),
       F32({2, 4, 2}, {0.164705f, -0.0342278f, 0.353498f, -0.0498495f, 0.353498f, -0.0498495f,
                       0.353498f, -0.0498495f, 0, 0, 0.216485f, 0.00581274f, 0.291247f, 0.038294f,
                       0.291247f, 0.038294f})},
      {"lstm_masked_last", "LSTM", R"({"units": 2, "zero_output_for_mask": false})",
       Generation::kKeras3, x, lstm, Bool({2, 4}, {1, 1, 0, 0, 0, 1, 1, 0}),
       F32({2, 2}, {0.353498f, -0.0498495f, 0.291247f, 0.038294f})},
      {"lstm_masked_zero_output", "LSTM",
       R"({"units": 2, "zero_output_for_mask": true, "return_sequences": true})",
       Generation::kKeras3, x, lstm, Bool({2, 4}, {1, 1, 0, 0, 0, 1, 1, 0}),
       F32({2, 4, 2}, {0.164705f, -0.0342278f, 0.353498f, -0.0498495f, 0, 0, 0, 0, 0, 0, 0.216485f,
                       0.00581274f, 0.291247f, 0.038294f, 0, 0})},
      {"lstm_go_backwards", "LSTM",
       R"({"units": 2, "go_backwards": true, "return_sequences": true})", Generation::kKeras3, x,
       lstm, Tensor(),
       F32({2, 4, 2}, {0.218875f, 0.0102025f, 0.268476f, 0.0132413f, 0.399814f, -0.0150429f,
                       0.467341f, -0.0356058f, 0.216715f, 0.011853f, 0.295807f, 0.0421381f,
                       0.383468f, 0.0293663f, 0.460257f, 0.03001f})},
      {"gru_reset_after_true",
       "GRU",
       R"({"units": 2, "reset_after": true, "return_sequences": true})",
       Generation::kKeras3,
       x,
       {F32({3, 6}, {-0.552f, 0.15f, -0.661f, 0.564f, 0.714f, -0.933f, 0.065f, 0.594f, 0.95f,
                     -0.451f, -0.662f, 0.753f, 0.818f, -0.605f, -0.117f, 0.438f, 0.691f, -0.663f}),
        F32({2, 6}, {0.33f, 0.616f, 0.099f, -0.671f, -0.929f, -0.437f, 0.616f, -0.91f, -0.984f,
                     -0.277f, -0.873f, -0.701f}),
        F32({2, 6}, {-0.954f, 0.049f, 0.393f, -0.146f, -0.731f, -0.337f, 0.181f, 0.881f, 0.985f,
                     -0.517f, -0.979f, 0.661f})},
       Tensor(),
       F32({2, 4, 2}, {-0.586009f, 0.182399f, -0.817386f, 0.191409f, -0.652662f, -0.0151224f,
                       -0.675567f, -0.0168059f, -0.634876f, -0.0854485f, -0.119587f, -0.321377f,
                       0.23162f, -0.522511f, -0.0962373f, -0.585965f})},
      {"gru_reset_after_true_last",
       "GRU",
       R"({"units": 2, "reset_after": true})",
       Generation::kKeras3,
       x,
       {F32({3, 6}, {-0.552f, 0.15f, -0.661f, 0.564f, 0.714f, -0.933f, 0.065f, 0.594f, 0.95f,
                     -0.451f, -0.662f, 0.753f, 0.818f, -0.605f, -0.117f, 0.438f, 0.691f, -0.663f}),
        F32({2, 6}, {0.33f, 0.616f, 0.099f, -0.671f, -0.929f, -0.437f, 0.616f, -0.91f, -0.984f,
                     -0.277f, -0.873f, -0.701f}),
        F32({2, 6}, {-0.954f, 0.049f, 0.393f, -0.146f, -0.731f, -0.337f, 0.181f, 0.881f, 0.985f,
                     -0.517f, -0.979f, 0.661f})},
       Tensor(),
       F32({2, 2}, {-0.675567f, -0.0168059f, -0.0962373f, -0.585965f})},
      {"gru_reset_after_false", "GRU",
       R"({"units": 2, "reset_after": false, "return_sequences": true})", Generation::kKeras3, x,
       gru, Tensor(),
       F32({2, 4, 2}, {-0.152152f, 0.435869f, -0.162043f, 0.561527f, -0.0534973f, 0.266544f,
                       0.00384873f, 0.38793f, 0.114471f, 0.316348f, 0.333608f, -0.195408f,
                       0.562208f, -0.472471f, 0.695709f, -0.444776f})},
      {"gru_reset_after_false_hard_sigmoid_keras2", "GRU",
       R"({"units": 2, "reset_after": false, "recurrent_activation": "hard_sigmoid", "return_sequences": true})",
       Generation::kKeras2, x, gru, Tensor(),
       F32({2, 4, 2}, {-0.170778f, 0.445237f, -0.172895f, 0.568995f, -0.045f, 0.28846f, 0.0129402f,
                       0.389366f, 0.122482f, 0.306868f, 0.353955f, -0.175874f, 0.583031f,
                       -0.463966f, 0.708133f, -0.444875f})},
      {"simple_rnn",
       "SimpleRNN",
       R"({"units": 2, "return_sequences": true})",
       Generation::kKeras3,
       x,
       {F32({3, 2}, {-0.952f, -0.457f, -0.446f, -0.759f, 0.821f, -0.939f}),
        F32({2, 2}, {0.345f, -0.857f, -0.278f, -0.164f}), F32({2}, {-0.637f, 0.042f})},
       Tensor(),
       F32({2, 4, 2}, {-0.179435f, 0.11897f, -0.908816f, -0.67828f, -0.642389f, 0.965116f,
                       -0.657415f, -0.386302f, -0.355216f, 0.835992f, -0.920897f, 0.345289f,
                       -0.857177f, 0.722549f, -0.9316f, 0.511545f})},
      {"conv_lstm2d",
       "ConvLSTM2D",
       R"({"filters": 2, "kernel_size": [2, 2], "padding": "valid", "recurrent_activation": "sigmoid", "return_sequences": true})",
       Generation::kKeras3,
       F32({1, 2, 3, 3, 1},
           {-0.669f, -0.314f, 0.906f, -0.028f, 0.315f, 0.481f, -0.78f, 0.678f, 0.828f, -0.689f,
            0.092f, -0.433f, 0.481f, -0.943f, 0.025f, 0.586f, 0.469f, -0.784f}),
       {F32({2, 2, 1, 8}, {0.666f,  -0.524f, 0.616f,  -0.006f, -0.678f, 0.468f,  0.616f,  0.398f,
                           0.93f,   -0.488f, -0.528f, -0.706f, 0.079f,  -0.201f, -0.287f, -0.079f,
                           -0.451f, -0.991f, -0.056f, -0.448f, -0.1f,   0.858f,  -0.642f, 0.275f,
                           0.289f,  -0.437f, -0.058f, 0.939f,  -0.315f, 0.425f,  0.68f,   -0.279f}),
        F32({2, 2, 2, 8}, {0.98f,   0.252f,  0.002f,  0.43f,   -0.152f, 0.425f,  -0.45f,  0.854f,
                           0.084f,  -0.517f, -0.126f, 0.79f,   0.614f,  -0.031f, -0.297f, -0.248f,
                           0.962f,  -0.776f, 0.778f,  0.715f,  -0.551f, -0.301f, 0.139f,  0.605f,
                           0.901f,  0.984f,  -0.438f, -0.615f, -0.025f, 0.115f,  0.313f,  -0.785f,
                           0.293f,  0.843f,  0.83f,   0.888f,  0.845f,  0.922f,  -0.903f, 0.832f,
                           -0.458f, -0.359f, -0.083f, 0.911f,  0.21f,   -0.295f, -0.252f, 0.81f,
                           0.645f,  -0.725f, -0.503f, -0.256f, -0.567f, 0.127f,  -0.553f, 0.15f,
                           0.872f,  0.697f,  -0.801f, -0.586f, -0.175f, 0.292f,  -0.227f, -0.497f}),
        F32({8}, {-0.311f, -0.592f, 0.724f, 0.395f, -0.178f, 0.401f, 0.039f, 0.053f})},
       Tensor(),
       F32({1, 2, 2, 2, 2},
           {0.0208751f, 0.0491554f, -0.0189308f, 0.0447051f, -0.115749f, -0.00997095f, -0.180737f,
            0.0536785f, 0.0329744f, 0.0122919f, -0.111521f, -0.073687f, -0.164924f, 0.117061f,
            -0.0148102f, 0.00617814f})},
  };
}

TEST_CASE("recurrent layers: golden numbers") {
  for (const Golden& golden : Goldens()) {
    INFO(std::string(golden.name));
    const TestLayer layer(golden.layer, golden.config, golden.generation);
    LayerArguments arguments{.inputs = {golden.x}, .weights = golden.weights};
    if (!golden.mask.empty()) arguments.masks = {golden.mask};
    ExpectTensor(layer.Call(arguments).output(), golden.y, 1e-5f);
  }
}

}  // namespace
}  // namespace tfwasm
