// For tests: DNS as a table of records.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/ask.h"
#include "base/text.h"

namespace backstop::auth {

struct ZoneRow {
  std::string name;
  /// "A", "AAAA", "MX", "TXT", "PTR", "CNAME"; "FAILED": look-ups of the types that have no row fail;
  /// "EMPTY": the name exists.
  std::string type;
  std::string data = {};  ///< as in a zone file, without quotes: "10 mx.test"
};

/// A name without a row does not exist. Names are compared without case.
class Zone {
 public:
  Zone() = default;
  Zone(std::vector<ZoneRow> rows) {  // NOLINT: a list of rows is a zone
    for (auto& row : rows) add(std::move(row));
  }

  void add(ZoneRow row) { rows_[key(row.name)].push_back(std::move(row)); }

  net::DnsAnswer answer(const net::Question& question) const { return answer(question, 0); }

  /// The zone must outlive the function. What is asked is noted in `asked`, as "MX example.test".
  Ask ask() {
    return [this](net::Question question) { return reply(std::move(question)); };
  }

  std::vector<std::string> asked;

 private:
  static std::string key(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return base::to_lower(name);
  }

  net::Task<net::DnsAnswer> reply(net::Question question) {
    asked.push_back(std::string(name(question.type)) + " " + question.name);
    co_return answer(question);
  }

  net::DnsAnswer answer(const net::Question& question, int aliases) const {
    using Kind = net::DnsAnswer::Kind;
    const auto found = rows_.find(key(question.name));
    if (found == rows_.end()) return {.kind = Kind::NoName, .ttl = std::chrono::seconds(60)};
    net::DnsAnswer made{.kind = Kind::NoData, .ttl = std::chrono::seconds(300)};
    bool is_failed = false;
    for (const auto& row : found->second) {
      if (row.type == "CNAME" && aliases < 8) return answer({question.type, row.data}, aliases + 1);
      if (row.type == "FAILED") is_failed = true;
      if (row.type == name(question.type)) take(question.type, row.data, made);
    }
    if (is_failed && made.kind != Kind::Found) return {.why = "no answer in 3000 ms"};
    return made;
  }

  static void take(net::RecordType type, const std::string& data, net::DnsAnswer& made) {
    made.kind = net::DnsAnswer::Kind::Found;
    switch (type) {
      case net::RecordType::A:
      case net::RecordType::Aaaa:
        made.addresses.push_back(net::asio::ip::make_address(data));
        break;
      case net::RecordType::Txt:
        made.texts.push_back(data);
        break;
      case net::RecordType::Ptr:
        made.hosts.push_back({0, key(data)});
        break;
      case net::RecordType::Mx: {
        const auto space = data.find(' ');
        made.hosts.push_back(
            {static_cast<std::uint16_t>(std::atoi(data.c_str())), key(data.substr(space + 1))});
      }
    }
  }

  std::map<std::string, std::vector<ZoneRow>> rows_;
};

/// Runs a task that only asks a zone, to its end.
template <typename Value>
Value run(net::Task<Value> task) {
  net::asio::io_context loop;
  std::optional<Value> value;
  net::asio::co_spawn(loop.get_executor(), std::move(task), [&](std::exception_ptr error, Value done) {
    if (error) std::rethrow_exception(error);
    value = std::move(done);
  });
  loop.run();
  return std::move(value.value());
}

}  // namespace backstop::auth
