// Blocking work (disk, name look-ups) off the loops: a few threads for the whole process.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

#include "net/task.h"

namespace backstop::net {

/// Runs `work` on the pool and gives its result to the awaiting coroutine, on its own loop. `work` may not
/// throw.
template <typename Work>
Task<std::invoke_result_t<Work>> run_blocking(asio::thread_pool& pool, Work work);

}  // namespace backstop::net
