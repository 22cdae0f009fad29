# SPDX-License-Identifier: Apache-2.0
# XNNPACK's operators and microkernels. Upstream's CMake files do not support WebAssembly and require cpuinfo, so this
# file compiles upstream's source lists itself. Native builds, which only run tests, use the portable microkernels.
set(xnnpack_dir ${third_party}/xnnpack)
set(xnnpack_own_dir ${CMAKE_SOURCE_DIR}/cmake/xnnpack)

set(instruction_sets scalar)
if(EMSCRIPTEN)
  list(APPEND instruction_sets wasm wasmsimd)
endif()

# Half of all microkernels belong to operators that tfwasm never creates. They are excluded to save compile time. If the
# linker misses one, remove its family from this list.
set(unused_families
    f16-rminmax # without float16 hardware, only the float16 conversions run
    f32-conv-hwc f32-conv-hwc2chw f32-dwconv f32-dwconv2d-chw f32-gemminc f32-ibilinear-chw f32-spmm f32-qc4w-gemm f32-qc8w-gemm
    f32-qc8w-spmm f32-ppmm
    qd8-.* qp8-.* pf32-gemm
    qs8-dwconv qs8-gemm qs8-igemm qs8-packw qs8-qc8w-.* qs8-qu8-packw
    qu8-dwconv qu8-gemm qu8-igemm
    x8-packq x8-packw x16-packw x32-pack-lh)
list(JOIN unused_families "|" unused_families)

# Sets `variable` to the microkernels of the given instruction sets, without the unused families, and `variable`_int8
# to those of products of int8.
function(list_kernels variable)
  foreach(name IN LISTS ARGN)
    include(${xnnpack_dir}/cmake/gen/${name}_microkernels.cmake)
    string(TOUPPER ${name} upper)
    list(APPEND sources ${PROD_${upper}_MICROKERNEL_SRCS})
  endforeach()
  set(int8_sources ${sources})
  list(FILTER int8_sources INCLUDE REGEX "^src/qd8-f32-qc8w-i?gemm/")
  list(TRANSFORM int8_sources PREPEND ${xnnpack_dir}/)
  set(${variable}_int8 ${int8_sources} PARENT_SCOPE)
  list(FILTER sources EXCLUDE REGEX "^src/(${unused_families})/")
  list(TRANSFORM sources PREPEND ${xnnpack_dir}/)
  set(${variable} ${sources} PARENT_SCOPE)
endfunction()

file(GLOB xnnpack_sources ${xnnpack_dir}/src/*.c ${xnnpack_dir}/src/configs/*.c ${xnnpack_dir}/src/enums/*.c
     ${xnnpack_dir}/src/operators/*.c ${xnnpack_dir}/src/reference/*.cc ${xnnpack_dir}/src/tables/*.c)
# Without the subgraph API: our executor does that work.
list(FILTER xnnpack_sources EXCLUDE REGEX "/src/(memory-planner|runtime|subgraph|tensor)\\.c$")

list(FILTER xnnpack_sources EXCLUDE REGEX "/src/configs/dwconv-config\\.c$")
list(APPEND xnnpack_sources ${xnnpack_own_dir}/no_depthwise_kernels.c)
if(EMSCRIPTEN)
  list(FILTER xnnpack_sources EXCLUDE REGEX "/src/reference/(unary|binary)-elementwise\\.cc$")
  list(APPEND xnnpack_sources ${xnnpack_own_dir}/no_reference_kernels.c)
endif()

add_library(xnnpack_flags INTERFACE)
target_link_libraries(xnnpack_flags INTERFACE tfwasm_platform)
target_include_directories(
  xnnpack_flags INTERFACE ${xnnpack_dir}/src ${xnnpack_dir}/include ${third_party}/pthreadpool/include
                          ${third_party}/fxdiv/include ${third_party}/fp16/include)
target_compile_options(xnnpack_flags INTERFACE -w -fno-math-errno)
set(switches_off
    ARM_BF16 ARM_DOTPROD ARM_FP16_SCALAR ARM_FP16_VECTOR ARM_I8MM ARM_SME ARM_SME2 ASSEMBLY AVX256SKX AVX256VNNI
    AVX256VNNIGFNI AVX512AMX AVX512F AVX512FP16 AVX512SKX AVX512VBMI AVX512VNNI AVX512VNNIGFNI AVXVNNI AVXVNNIINT8
    CPUINFO DWCONV_MULTIPASS HVX KLEIDIAI RISCV_FP16_VECTOR RISCV_VECTOR VSX)
set(switches_on GEMM_M_SPECIALIZATION MEMOPT SPARSE)
list(TRANSFORM switches_off REPLACE "(.+)" "XNN_ENABLE_\\1=0")
list(TRANSFORM switches_on REPLACE "(.+)" "XNN_ENABLE_\\1=1")
target_compile_definitions(xnnpack_flags INTERFACE ${switches_off} ${switches_on} XNN_LOG_LEVEL=0)
if(EMSCRIPTEN)
  target_include_directories(xnnpack_flags BEFORE INTERFACE ${xnnpack_own_dir}/wasm-include)
else()
  target_compile_options(xnnpack_flags INTERFACE -D_GNU_SOURCE -include ${xnnpack_own_dir}/host-include/portable.h)
endif()

# Adds two libraries, `target` and, for the GEMM microkernels, `target`_gemm. Microkernels are tiny files with the same
# headers: unity builds compile several times faster.
function(add_kernel_libraries target)
  set(others ${ARGN})
  list(FILTER others EXCLUDE REGEX "/f32-i?gemm/")
  set(gemm ${ARGN})
  list(FILTER gemm INCLUDE REGEX "/f32-i?gemm/")
  add_library(${target} STATIC ${others})
  add_library(${target}_gemm STATIC ${gemm})
  target_compile_options(${target}_gemm PRIVATE "SHELL:-include ${xnnpack_own_dir}/keep_nan.h")
  foreach(library ${target} ${target}_gemm)
    target_link_libraries(${library} PRIVATE xnnpack_flags)
    set_target_properties(${library} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 24)
  endforeach()
endfunction()

list_kernels(kernel_sources ${instruction_sets})
add_kernel_libraries(xnnpack_kernels ${kernel_sources})
add_library(xnnpack_kernels_int8 STATIC ${kernel_sources_int8})
target_link_libraries(xnnpack_kernels_int8 PRIVATE xnnpack_flags)

add_library(xnnpack STATIC ${xnnpack_sources} ${xnnpack_own_dir}/build_identifier.c
                           ${xnnpack_own_dir}/f32_gemm.c)
target_include_directories(xnnpack SYSTEM PUBLIC ${xnnpack_dir}/include ${xnnpack_own_dir})
target_link_libraries(xnnpack PRIVATE xnnpack_flags xnnpack_kernels xnnpack_kernels_gemm
                                      xnnpack_kernels_int8 PUBLIC pthreadpool)

# Otherwise the operator chooses its GEMM kernel by the batch size: for one image a one-row kernel, half as fast as
# others.
set_source_files_properties(${xnnpack_dir}/src/operators/deconvolution-nhwc.c
                            PROPERTIES COMPILE_OPTIONS "-UXNN_ENABLE_GEMM_M_SPECIALIZATION;-DXNN_ENABLE_GEMM_M_SPECIALIZATION=0")

if(EMSCRIPTEN)
  # Operators are created and set up once; only weight packing takes noticeable time then.
  target_compile_options(xnnpack PRIVATE -Os)
  set_source_files_properties(${xnnpack_dir}/src/packing.cc PROPERTIES COMPILE_OPTIONS -O2)
endif()

# Only files that need it are compiled for relaxed SIMD. All other objects are identical to those of the variant without
# it and come from ccache.
if(TFWASM_RELAXED_SIMD)
  list_kernels(relaxed_sources wasmrelaxedsimd)
  add_kernel_libraries(xnnpack_relaxed_kernels ${relaxed_sources})
  add_library(xnnpack_relaxed_kernels_int8 STATIC ${relaxed_sources_int8})
  target_link_libraries(xnnpack_relaxed_kernels_int8 PRIVATE xnnpack_flags)
  foreach(target xnnpack xnnpack_relaxed_kernels xnnpack_relaxed_kernels_gemm xnnpack_relaxed_kernels_int8)
    target_compile_options(${target} PRIVATE -mrelaxed-simd)
  endforeach()
  target_link_libraries(xnnpack PRIVATE xnnpack_relaxed_kernels xnnpack_relaxed_kernels_gemm
                                        xnnpack_relaxed_kernels_int8)
endif()
