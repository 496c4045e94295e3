// For tests: a connection as a session has it, with its far end in the hands of the test.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "net/connection.h"
#include "net/loop_fixture.h"
#include "smtp/pieces_test.h"

namespace backstop::gateway {

struct ClientEnds {
  explicit ClientEnds(net::Loop& loop) : ClientEnds(loop, net::tcp_ends()) {}

  /// The bytes are in the connection's input as if they had been read.
  void arrive(std::string_view bytes) {
    const auto room = connection.buffer().prepare(bytes.size());
    std::ranges::copy(bytes, room.begin());
    connection.buffer().commit(bytes.size());
  }

  net::Connection connection;
  net::Peer far;

 private:
  ClientEnds(net::Loop& loop, std::pair<net::Peer, net::Peer> ends)
      : connection(net::Socket(loop.context(), {AF_INET, IPPROTO_TCP}, ends.first.release()),
                   loop.deadlines()),
        far(std::move(ends.second)) {}
};

/// Sends each piece once those before it are in the connection's input, until `is_over`. `sent`: what is
/// there already. For a reader that takes nothing from the input before it is over.
inline net::Task<void> send_slowly(ClientEnds& ends, std::size_t sent, smtp::Pieces pieces,
                                   const bool& is_over) {
  for (const auto piece : pieces) {
    if (is_over) co_return;
    ends.far.send(piece);
    sent += piece.size();
    while (!is_over && ends.connection.input().size() < sent) co_await net::asio::post(net::kUseTask);
  }
}

}  // namespace backstop::gateway
