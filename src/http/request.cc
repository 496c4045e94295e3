#include "http/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/text.h"
#include "store/event.h"

namespace backstop::http {
namespace {

namespace beast = boost::beast::http;
using Fields = beast::fields;

constexpr std::size_t kShown = 80;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

std::optional<Method> method_of(beast::verb verb) {
  switch (verb) {
    case beast::verb::get:
      return Method::Get;
    case beast::verb::head:
      return Method::Head;
    case beast::verb::post:
      return Method::Post;
    default:
      return std::nullopt;
  }
}

bool is_field_twice(const Fields& fields, beast::field name) {
  return fields.count(name) > 1;
}

bool takes_gzip(const Fields& fields) {
  for (const auto& coding : beast::ext_list(fields[beast::field::accept_encoding])) {
    if (!base::iequals(view(coding.first), "gzip")) continue;
    return std::ranges::none_of(coding.second, [](const auto& parameter) {
      const auto value = view(parameter.second);
      return view(parameter.first) == "q" && (value == "0" || value.starts_with("0.0"));
    });
  }
  return false;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      result += ' ';
    } else if (text[i] != '%') {
      result += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = base::hex_value(text[i + 1]);
      const int low = base::hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      result += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!store::is_sound(result)) return std::nullopt;
  return result;
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

struct RequestReader::Parser : beast::request_parser<beast::string_body> {};

RequestReader::RequestReader(const RequestLimits& limits) : limits_(limits) {
  begin();
}

RequestReader::~RequestReader() = default;

void RequestReader::begin() {
  parser_ = std::make_unique<Parser>();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.header));
  parser_->body_limit(limits_.body);
  state_ = State::NeedsMore;
  has_begun_ = expects_ = is_header_seen_ = false;
}

void RequestReader::fail(unsigned status, std::string_view found, std::string_view wanted) {
  state_ = State::Failed;
  refusal_ = error_reply(status, found, wanted);
}

std::size_t RequestReader::put(std::string_view input) {
  std::size_t used = 0;
  while (state_ == State::NeedsMore && used < input.size()) {
    has_begun_ = true;
    boost::system::error_code error;
    const auto rest = input.substr(used);
    const auto taken = parser_->put(boost::asio::buffer(rest.data(), rest.size()), error);
    used += taken;
    if (error == beast::error::need_more) {
      if (rest.size() - taken > limits_.header)
        fail(431, "the header is too long", fmt::format("at most {} bytes", limits_.header));
      return used;
    }
    if (error == beast::error::header_limit) {
      fail(431, "the header is too long", fmt::format("at most {} bytes", limits_.header));
    } else if (error == beast::error::body_limit) {
      fail(413, "the content is too long", fmt::format("at most {} bytes", limits_.body));
    } else if (error == beast::error::bad_version) {
      fail(505, "another version of HTTP", "HTTP/1.1");
    } else if (error) {
      fail(400, fmt::format("no request of HTTP/1.1: {}", error.message()), "GET /path HTTP/1.1");
    } else {
      if (!is_header_seen_ && parser_->is_header_done()) look_at_header();
      if (state_ == State::NeedsMore && parser_->is_done()) finish();
      if (taken == 0 && state_ == State::NeedsMore) return used;
    }
  }
  return used;
}

void RequestReader::look_at_header() {
  is_header_seen_ = true;
  const auto& message = parser_->get();
  if (!method_of(message.method())) {
    fail(405, fmt::format("the method {}", base::printable(view(message.method_string()), kShown)),
         "GET, HEAD or POST");
  } else if (message.version() != 11 && message.version() != 10) {
    fail(505, "another version of HTTP", "HTTP/1.1");
  } else if (parser_->chunked() && message.count(beast::field::content_length) > 0) {
    fail(400, "Transfer-Encoding beside Content-Length", "one of them");
  } else if (is_field_twice(message, beast::field::host) || is_field_twice(message, beast::field::cookie)) {
    fail(400, "the field Host or Cookie twice", "one of each");
  } else if (message.count(beast::field::expect) > 0) {
    expects_ = base::iequals(view(message[beast::field::expect]), "100-continue");
    if (!expects_) fail(417, "another expectation than 100-continue", "Expect: 100-continue");
  }
}

bool RequestReader::take_expectation() {
  const bool expects = expects_ && state_ == State::NeedsMore;
  expects_ = false;
  return expects;
}

void RequestReader::finish() {
  auto& message = parser_->get();
  Request request;
  request.method = *method_of(message.method());
  request.stays_open = message.keep_alive();
  auto target = view(message.target());
  // RFC 9112 3.2.2: a server must take the absolute form, too.
  if (const auto scheme = target.find("://"); scheme != std::string_view::npos && !target.starts_with('/')) {
    const auto slash = target.find('/', scheme + 3);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  const auto question = target.find('?');
  const auto path = percent_decoded(target.substr(0, question), false);
  if (!path || !path->starts_with('/')) {
    fail(400, fmt::format("the path {}", base::printable(target, kShown)),
         "a path that begins with \"/\", in UTF-8");
    return;
  }
  request.path = *path;
  auto query = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto one = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (one.empty()) continue;
    const auto equals = std::min(one.find('='), one.size());
    auto name = percent_decoded(one.substr(0, equals), true);
    auto value = percent_decoded(one.substr(std::min(equals + 1, one.size())), true);
    if (!name || !value || request.query.size() >= limits_.parameters) {
      fail(400, fmt::format("the query has {}", base::printable(one, kShown)),
           fmt::format("at most {} parameters name=value in UTF-8", limits_.parameters));
      return;
    }
    request.query.emplace_back(std::move(*name), std::move(*value));
  }
  request.host = view(message[beast::field::host]);
  request.cookie = view(message[beast::field::cookie]);
  request.csrf_token = view(message["X-CSRF-Token"]);
  request.origin = view(message[beast::field::origin]);
  const auto type = view(message[beast::field::content_type]);
  request.content_type = base::to_lower(base::trim(type.substr(0, type.find(';'))));
  for (const auto& field : message) {
    const auto name = base::to_lower(view(field.name_string()));
    if (name == "forwarded" || name == "via" || name.starts_with("x-forwarded") || name == "x-real-ip")
      request.is_forwarded = true;
    if (name == "x-forwarded-for") {
      const auto value = view(field.value());
      const auto comma = value.rfind(',');
      request.forwarded_for = base::trim(comma == std::string_view::npos ? value : value.substr(comma + 1));
    }
  }
  request.takes_gzip = takes_gzip(message);
  request.body = std::move(message.body());
  request_ = std::move(request);
  state_ = State::Ready;
}

Request RequestReader::take() {
  Request request = std::move(request_);
  begin();
  return request;
}

}  // namespace backstop::http
