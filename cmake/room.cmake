# One folder of src/ is one library. Sources and links are listed, never globbed.
#
#   backstop_room(NAME SOURCES a.cc ... LINKS room-or-library ...)
#   backstop_room_test(NAME SOURCES a_test.cc ... LINKS ...)
#   backstop_test_headers(TARGET)

# The rooms whose objects src/library takes: shared libraries, such as the Python module, are linked with them.
set(BACKSTOP_LIBRARY_ROOMS base mail dkim response origin)

# Asio takes longer to compile than most sources that use it.
set(BACKSTOP_ASIO_HEADERS
    <boost/asio/as_tuple.hpp>
    <boost/asio/awaitable.hpp>
    <boost/asio/basic_waitable_timer.hpp>
    <boost/asio/co_spawn.hpp>
    <boost/asio/io_context.hpp>
    <boost/asio/ip/tcp.hpp>
    <boost/asio/post.hpp>
    <boost/asio/use_awaitable.hpp>)

function(backstop_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS" ${ARGN})
  add_library(backstop_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(backstop_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(backstop_${name} PUBLIC ${ROOM_LINKS})
  if(name IN_LIST BACKSTOP_LIBRARY_ROOMS)
    set_target_properties(backstop_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  endif()
  backstop_room_headers(${name} ${ROOM_LINKS})
endfunction()

# Asio is precompiled once, with the room net, for it and for all rooms above it.
function(backstop_room_headers name)
  if(name STREQUAL net)
    target_precompile_headers(backstop_net PRIVATE ${BACKSTOP_ASIO_HEADERS})
  elseif("backstop_net" IN_LIST ARGN)
    target_precompile_headers(backstop_${name} REUSE_FROM backstop_net)
  else()
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY BACKSTOP_ASIO_TESTS ${name}_test)
endfunction()

function(backstop_room_test name)
  if(NOT BACKSTOP_TESTS)
    return()
  endif()
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name}_test ${ROOM_SOURCES})
  target_compile_definitions(${name}_test PRIVATE BACKSTOP_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name}_test PRIVATE backstop_${name} ${ROOM_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  backstop_test_headers(${name}_test)
  gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60)
endfunction()

# GoogleTest takes longer to compile than most tests: it is precompiled once with the tests of base for all of them, and
# once more, with Asio, with the tests of net for those of the rooms above net. Tests themselves are not optimised, in any
# build: half of all sources are tests, and they take half the time then.
function(backstop_test_headers target)
  target_compile_options(${target} PRIVATE -O0)
  get_property(asio_tests GLOBAL PROPERTY BACKSTOP_ASIO_TESTS)
  if(target STREQUAL base_test)
    target_precompile_headers(${target} PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
  elseif(target STREQUAL net_test)
    target_precompile_headers(${target} PRIVATE <gmock/gmock.h> <gtest/gtest.h> ${BACKSTOP_ASIO_HEADERS})
  elseif(target IN_LIST asio_tests)
    target_precompile_headers(${target} REUSE_FROM net_test)
  else()
    target_precompile_headers(${target} REUSE_FROM base_test)
  endif()
endfunction()
