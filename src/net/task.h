// The types of all asynchronous code. A coroutine is a named function or a member, takes by value what it
// uses after its first suspension, and runs on its worker's thread alone.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace backstop::net {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;

template <typename T>
using Task = asio::awaitable<T, Executor>;

/// Completion token: the operation is awaited in the same expression, gives a tuple (error_code, ...) and
/// does not throw. Unlike use_awaitable it costs no coroutine frame of its own.
inline constexpr auto kUseTask = asio::as_tuple(asio::deferred);

/// A stream socket, TCP or Unix domain.
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;

}  // namespace backstop::net
