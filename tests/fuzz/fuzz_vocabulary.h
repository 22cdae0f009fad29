// SPDX-License-Identifier: Apache-2.0
// The choices of run_ops_fuzz.cc: numbers, strings and attributes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace tfwasm {

// Half of the integers come from this list: axes and small sizes.
constexpr int64_t kSmallInts[] = {0, 1, 2, 3, -1, -2, 4};
constexpr int64_t kInts[] = {0,
                             1,
                             2,
                             3,
                             4,
                             5,
                             6,
                             7,
                             8,
                             -1,
                             -2,
                             -3,
                             -4,
                             9,
                             16,
                             31,
                             32,
                             33,
                             64,
                             100,
                             255,
                             256,
                             -8,
                             10,
                             12,
                             15,
                             127,
                             128,
                             1000,
                             2147483647,
                             -2147483647 - 1,
                             65536};
constexpr float kFloats[] = {0.0f,
                             1.0f,
                             -1.0f,
                             0.5f,
                             -0.5f,
                             2.0f,
                             -0.0f,
                             3.5f,
                             100.0f,
                             -100.0f,
                             1e30f,
                             -1e30f,
                             1e-30f,
                             3e9f,
                             std::numeric_limits<float>::quiet_NaN(),
                             std::numeric_limits<float>::infinity(),
                             -std::numeric_limits<float>::infinity()};
constexpr size_t kRanks[] = {4, 2, 1, 3, 0, 4, 5, 2, 1, 6};
constexpr int64_t kDims[] = {1, 2, 3, 4, 0, 5, 1, 2, 3, 7, 8, 2, 1, 4, 17, 64};
constexpr std::string_view kStrings[] = {"SAME",
                                         "VALID",
                                         "EXPLICIT",
                                         "NHWC",
                                         "NCHW",
                                         "NDHWC",
                                         "NCDHW",
                                         "BiasAdd",
                                         "Relu",
                                         "Relu6",
                                         "Elu",
                                         "Prelu",
                                         "Sigmoid",
                                         "LeakyRelu",
                                         "REFLECT",
                                         "SYMMETRIC",
                                         "",
                                         "a",
                                         "a b c",
                                         "\xc3\xa9",
                                         "\xff",
                                         "bilinear",
                                         "nearest",
                                         "CONSTANT",
                                         "WRAP",
                                         "ij,jk->ik",
                                         "bij,bjk->bik",
                                         "ii->i",
                                         "ij->",
                                         "...ij,...jk->...ik",
                                         "[a-z]+(",
                                         "(.*)\\1",
                                         "ROW_SPLITS",
                                         "VALUE_ROWIDS",
                                         "FIRST_DIM_SIZE",
                                         "UTF-8",
                                         "HardSwish",
                                         "Tanh",
                                         "Clamp",
                                         "left",
                                         "right",
                                         "noop",
                                         "tanh",
                                         "hard_sigmoid_keras2",
                                         "gelu",
                                         "relu"};

enum class Kind { kInt, kFloat, kBool, kString, kType, kShape, kInts, kFloats, kStrings, kCount };

struct KnownAttr {
  std::string_view name;
  Kind kind;
};
// Every attribute that ops read, with its usual kind; functions are load_model_fuzz.cc's.
// tests/tools/fuzz-vocabulary.test.mjs finds what is missing.
// clang-format off
constexpr KnownAttr kAttrs[] = {
    {"strides", Kind::kInts}, {"ksize", Kind::kInts}, {"dilations", Kind::kInts},
    {"explicit_paddings", Kind::kInts}, {"axis", Kind::kInts}, {"squeeze_dims", Kind::kInts},
    {"rates", Kind::kInts}, {"ngram_widths", Kind::kInts},
    {"padding", Kind::kString}, {"data_format", Kind::kString}, {"mode", Kind::kString},
    {"message", Kind::kString}, {"equation", Kind::kString}, {"method", Kind::kString},
    {"interpolation", Kind::kString}, {"fill_mode", Kind::kString}, {"separator", Kind::kString},
    {"left_pad", Kind::kString}, {"right_pad", Kind::kString}, {"pattern", Kind::kString},
    {"rewrite", Kind::kString},
    {"frame_name", Kind::kString}, {"shared_name", Kind::kString}, {"side", Kind::kString},
    {"fused_ops", Kind::kStrings}, {"row_partition_types", Kind::kStrings},
    {"leakyrelu_alpha", Kind::kFloat}, {"clamp_min", Kind::kFloat}, {"clamp_max", Kind::kFloat},
    {"hardswish_scale", Kind::kFloat}, {"alpha", Kind::kFloat}, {"epsilon", Kind::kFloat},
    {"constant_value", Kind::kFloat}, {"bias", Kind::kFloat}, {"beta", Kind::kFloat},
    {"extrapolation_value", Kind::kFloat}, {"min", Kind::kFloat}, {"max", Kind::kFloat},
    {"mean", Kind::kFloat}, {"stddev", Kind::kFloat}, {"radians", Kind::kFloat},
    {"fill_value", Kind::kFloats}, {"center", Kind::kFloats},
    {"is_training", Kind::kBool}, {"normalized", Kind::kBool}, {"resize_if_index_out_of_bounds", Kind::kBool},
    {"keep_dims", Kind::kBool}, {"exclusive", Kind::kBool}, {"reverse", Kind::kBool},
    {"transpose_a", Kind::kBool}, {"transpose_b", Kind::kBool}, {"adj_x", Kind::kBool},
    {"adj_y", Kind::kBool}, {"align_corners", Kind::kBool}, {"half_pixel_centers", Kind::kBool},
    {"include_batch_in_index", Kind::kBool}, {"pad_to_max_output_size", Kind::kBool}, {"binary_output", Kind::kBool},
    {"narrow_range", Kind::kBool}, {"preserve_short_sequences", Kind::kBool}, {"skip_empty", Kind::kBool},
    {"replace_global", Kind::kBool}, {"dynamic_size", Kind::kBool}, {"clear_after_read", Kind::kBool},
    {"identical_element_shapes", Kind::kBool},
    {"axis", Kind::kInt}, {"batch_dims", Kind::kInt}, {"num", Kind::kInt},
    {"num_split", Kind::kInt}, {"N", Kind::kInt}, {"k", Kind::kInt},
    {"block_size", Kind::kInt}, {"begin_mask", Kind::kInt}, {"end_mask", Kind::kInt},
    {"ellipsis_mask", Kind::kInt}, {"new_axis_mask", Kind::kInt}, {"shrink_axis_mask", Kind::kInt},
    {"depth_radius", Kind::kInt}, {"num_bits", Kind::kInt}, {"minval", Kind::kInt},
    {"maxval", Kind::kInt}, {"seed", Kind::kInt}, {"seed2", Kind::kInt}, {"sequence", Kind::kInt},
    {"pad_width", Kind::kInt}, {"num_buckets", Kind::kInt}, {"OUTPUT_RAGGED_RANK", Kind::kInt},
    {"summarize", Kind::kInt}, {"maxsplit", Kind::kInt}, {"num_elements", Kind::kInt},
    {"num_outs", Kind::kInt},
    {"T", Kind::kType}, {"dtype", Kind::kType}, {"DstT", Kind::kType},
    {"SrcT", Kind::kType}, {"element_dtype", Kind::kType}, {"out_type", Kind::kType},
    {"output_dtype", Kind::kType}, {"key_dtype", Kind::kType}, {"value_dtype", Kind::kType},
    {"shape", Kind::kShape}, {"element_shape", Kind::kShape},
    {"input_shape", Kind::kShape},
    {"activation", Kind::kString}, {"recurrent_activation", Kind::kString},
    {"go_backwards", Kind::kBool}, {"reset_after", Kind::kBool}, {"keep_gates", Kind::kBool},
    {"has_mask", Kind::kBool}, {"zero_output_for_mask", Kind::kBool}, {"has_dropout", Kind::kBool},
    {"has_recurrent_bias", Kind::kBool},
};
// clang-format on

}  // namespace tfwasm
