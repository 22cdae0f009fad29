# SPDX-License-Identifier: Apache-2.0
# The WebAssembly binary of a variant, and its glue, the JavaScript that Emscripten generates to load it. Variants with
# and without relaxed SIMD share the same glue; tools/build.mjs checks that they are identical.
#
# There are several links of the same objects: `tfwasm` has everything for models, `tfwasm_inference` only what graph
# models need, and `tfwasm_convert` the converter.

# Bindings used by both links. An object library, since Embind registers in static initializers, which an archive would
# drop.
file(GLOB binding_sources CONFIGURE_DEPENDS src/bindings/*.cc)
add_library(tfwasm_bindings OBJECT ${binding_sources})
target_link_libraries(tfwasm_bindings PUBLIC tfwasm_core PRIVATE tfwasm_own_code)
target_compile_options(tfwasm_bindings PRIVATE -Oz)
target_compile_definitions(tfwasm_bindings PRIVATE TFWASM_VERSION="${PROJECT_VERSION}")

# Those of one link only.
foreach(link training convert)
  file(GLOB sources CONFIGURE_DEPENDS src/bindings/${link}/*.cc)
  add_library(tfwasm_${link}_bindings OBJECT ${sources})
  target_link_libraries(tfwasm_${link}_bindings PUBLIC tfwasm_core PRIVATE tfwasm_own_code)
  target_compile_options(tfwasm_${link}_bindings PRIVATE -Oz)
endforeach()

# For the links and the tests.
set(common_link_options
    -sALLOW_MEMORY_GROWTH=1
    -sMAXIMUM_MEMORY=4GB
    -sMALLOC=dlmalloc # emmalloc overflows near 4 GB and returns memory that is in use
    -sABORTING_MALLOC=0 # a failed allocation throws std::bad_alloc
    -sSTACK_SIZE=256KB
    -sDEFAULT_PTHREAD_STACK_SIZE=256KB
    -Wno-pthreads-mem-growth)

# shrink-wasm.mjs optimizes a binary further and reorders its functions for compression.
execute_process(COMMAND ${EMSCRIPTEN_ROOT_PATH}/em-config BINARYEN_ROOT OUTPUT_VARIABLE binaryen_root
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
find_program(wasm_opt wasm-opt REQUIRED PATHS ${binaryen_root}/bin NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
set(build_scripts ${PROJECT_SOURCE_DIR}/tools/build)

# Adds a link with these additional sources. Its files go into a folder with the target's name.
function(add_link target)
  add_executable(${target} ${ARGN})
  target_link_libraries(${target} PRIVATE tfwasm_core tfwasm_bindings tfwasm_own_code)
  set_target_properties(
    ${target}
    PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${target}
               # Threads load this file as their worker script, by this name.
               OUTPUT_NAME $<IF:$<BOOL:${TFWASM_THREADS}>,glue-threads,glue>
               LINK_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/glue-library.js;${build_scripts}/shrink-wasm.mjs;\
${build_scripts}/order-functions.mjs;${build_scripts}/wasm-reader.mjs")
  target_link_options(
    ${target}
    PRIVATE
    ${common_link_options}
    # With -Oz, the C library's memcpy would copy byte by byte.
    -Os
    -mbulk-memory
    # See tools/build/shrink-wasm.mjs for the reasons.
    -sBINARYEN_EXTRA_PASSES=--skip-pass=memory-packing,--one-caller-inline-max-function-size=30
    -lembind
    -sMODULARIZE=1
    -sEXPORT_ES6=1
    -sENVIRONMENT=web,worker,node
    # Keeps the names of imports and exports. Short names are given by frequency, which differs between the links.
    -lexports.js
    -sDYNAMIC_EXECUTION=0 # works under a strict Content-Security-Policy
    -sFILESYSTEM=0
    -sTEXTDECODER=2 # every browser with SIMD has one
    --js-library=${PROJECT_SOURCE_DIR}/cmake/glue-library.js
    -sEXPORTED_RUNTIME_METHODS=stackSave,stackRestore
    -sINCOMING_MODULE_JS_API=instantiateWasm,printErr
    "$<$<BOOL:${TFWASM_THREADS}>:-sPTHREAD_POOL_SIZE=Module.poolSize>")
  add_custom_command(
    TARGET ${target}
    POST_BUILD
    COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} ${build_scripts}/shrink-wasm.mjs ${wasm_opt}
            $<TARGET_FILE_DIR:${target}>/$<TARGET_FILE_BASE_NAME:${target}>.wasm
    VERBATIM)
endfunction()

add_link(tfwasm_inference)
# Built for the variant `simd` only: tools/lib/variants.mjs.
add_link(tfwasm_convert)
target_link_libraries(tfwasm_convert PRIVATE tfwasm_convert_bindings)
# An executable without sources has no language in CMake.
set_target_properties(tfwasm_inference tfwasm_convert PROPERTIES LINKER_LANGUAGE CXX)

# The linker drops constants registered for training unless something references them.
set(objects $<TARGET_OBJECTS:tfwasm_core>)
add_custom_command(
  OUTPUT training_references.cc
  COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} ${build_scripts}/list-training.mjs training_references.cc ${objects}
  DEPENDS ${build_scripts}/list-training.mjs ${build_scripts}/wasm-reader.mjs ${objects}
  COMMAND_EXPAND_LISTS VERBATIM)
set(training_references ${PROJECT_BINARY_DIR}/training_references.cc)
set_source_files_properties(${training_references} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
add_link(tfwasm ${training_references})
target_sources(tfwasm_tests PRIVATE ${training_references})
target_link_libraries(tfwasm PRIVATE tfwasm_training_bindings)

# Tests must detect stack overflows and wrong calls in the runtime.
target_link_options(
  tfwasm_tests
  PRIVATE
  ${common_link_options}
  -O1
  -sASSERTIONS=1
  # Which makes each throw allocate: see tests/cpp/failing_allocation.cc.
  -Wl,--wrap=__throw_exception_with_stack_trace
  -sSTACK_OVERFLOW_CHECK=2
  -sENVIRONMENT=node
  -sEXIT_RUNTIME=1
  "$<$<BOOL:${TFWASM_THREADS}>:-sPTHREAD_POOL_SIZE=4>"
  "$<$<BOOL:${TFWASM_THREADS}>:-sPROXY_TO_PTHREAD=1>")
# package.json has "type": "module", which makes .js files ES modules.
set_target_properties(tfwasm_tests PROPERTIES SUFFIX .cjs)
