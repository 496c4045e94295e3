// Requests of a browser: no bytes break the reader, however they are cut, and whatever it makes of them can
// be looked up, judged and answered.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "http/access.h"
#include "http/request.h"
#include "http/routes.h"

namespace {

using namespace backstop::http;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Read {
  std::vector<std::string> seen;
  unsigned refused = 0;

  bool operator==(const Read&) const = default;
};

void look(const Request& request, Read& read) {
  require(request.path.starts_with('/') && backstop::base::is_utf8(request.path));
  require(request.body.size() <= RequestLimits{}.body && request.query.size() <= RequestLimits{}.parameters);
  std::string text = request.path;
  for (const auto& [name, value] : request.query) {
    require(backstop::base::is_utf8(name) && backstop::base::is_utf8(value));
    text.append("\n").append(name).append("=").append(value);
  }
  (void)cookie_of(request.cookie, "backstop");
  (void)is_same_origin(request);
  const auto asker = asker_of(request, {.endpoint = *backstop::net::parse_endpoint("127.0.0.1:1")}, {});
  require(!(asker.sees_sums && request.is_forwarded));
  static Desk desk;
  const auto match = find_route(routes(), request.method, request.path);
  if (match.route != nullptr) {
    Call call{.desk = desk, .request = request, .asker = asker, .login = {}, .parameter = match.parameter};
    const auto refused = refusal_of(*match.route, call);
    require(refused || match.route->need == Need::Nobody || match.route->need == Need::Sums);
  }
  read.seen.push_back(text + '\n' + request.host + '\n' + request.body);
}

/// Reads all of it in pieces of that size.
Read read_in(std::string_view bytes, std::size_t piece) {
  Read read;
  RequestReader reader;
  std::string waiting;
  for (std::size_t at = 0; at < bytes.size() && read.refused == 0; at += piece) {
    waiting += bytes.substr(at, piece);
    for (;;) {
      const auto used = reader.put(waiting);
      require(used <= waiting.size());
      waiting.erase(0, used);
      (void)reader.take_expectation();
      if (reader.state() != RequestReader::State::Ready) break;
      look(reader.take(), read);
    }
    if (reader.state() == RequestReader::State::Failed) read.refused = reader.refusal().status;
  }
  require(read.refused == 0 || read.refused >= 400);
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  constexpr std::size_t kMost = 4096;
  if (size > kMost) return 0;
  const auto whole = read_in(bytes, kMost);
  require(read_in(bytes, 1).seen == whole.seen);
  require(read_in(bytes, 7).seen == whole.seen);
  return 0;
}
