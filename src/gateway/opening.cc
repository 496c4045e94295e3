#include "gateway/opening.h"

#include <utility>

#include "gateway/command_reader.h"
#include "net/proxy_header.h"

namespace backstop::gateway {

net::Task<bool> Opening::read_proxy_header(bool is_exact) {
  auto& buffer = connection_.buffer();
  while (true) {
    const auto parsed = net::parse_proxy_header(buffer.view());
    if (!parsed) co_return false;
    if (parsed->header) {
      buffer.consume(parsed->size);
      client_.take_proxy_header(*parsed->header);
      co_return true;
    }
    is_waiting_ = true;
    const auto done =
        is_exact ? co_await connection_.fill_exactly(1) : co_await connection_.fill(CommandReader::kIdleRoom);
    is_waiting_ = false;
    if (!done) co_return false;
  }
}

net::Task<bool> Opening::accept_tls(net::TlsContext context) {
  is_waiting_ = true;
  const auto done = co_await connection_.stream().accept_tls(std::move(context));
  is_waiting_ = false;
  if (!done) {
    why_ = connection_.stream().why();
    if (why_.empty()) why_ = net::explain(done.error());
  }
  co_return done.has_value();
}

}  // namespace backstop::gateway
