#include "net/dns_answer.h"

#include <arpa/nameser.h>
#include <fmt/format.h>
#include <resolv.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace backstop::net {

namespace {

constexpr std::chrono::seconds kMostTtl{7 * 24 * 3600};

struct Record {
  std::string owner;  ///< in lower case, without a dot at its end
  ns_type type;
  std::chrono::seconds ttl;
  std::span<const unsigned char> data;
};

TxtAnswer failed(std::string why) {
  return {.why = std::move(why)};
}

std::string folded(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return base::to_lower(name);
}

/// RFC 2181 8: a number with its highest bit set is 0.
std::chrono::seconds ttl_of(std::uint32_t seconds) {
  if (seconds > INT32_MAX) return std::chrono::seconds(0);
  return std::min(std::chrono::seconds(seconds), kMostTtl);
}

/// Returns nullopt if the section can't be read or has too many records.
std::optional<std::vector<Record>> records_of(ns_msg& message, ns_sect section) {
  const std::size_t count = ns_msg_count(message, section);
  if (count > kMostDnsRecords) return std::nullopt;
  std::vector<Record> records;
  for (std::size_t i = 0; i < count; ++i) {
    ns_rr record{};
    if (ns_parserr(&message, section, static_cast<int>(i), &record) != 0) return std::nullopt;
    if (ns_rr_class(record) != ns_c_in) continue;
    records.push_back({folded(ns_rr_name(record)),
                       ns_rr_type(record),
                       ttl_of(ns_rr_ttl(record)),
                       {ns_rr_rdata(record), record.rdlength}});
  }
  return records;
}

/// Joins the strings of a TXT record; nullopt if one is cut.
std::optional<std::string> text_of(std::span<const unsigned char> data) {
  std::string text;
  while (!data.empty()) {
    const std::size_t size = data.front();
    if (data.size() <= size) return std::nullopt;
    text.append(data.begin() + 1, data.begin() + 1 + static_cast<std::ptrdiff_t>(size));
    data = data.subspan(1 + size);
  }
  return text;
}

std::optional<std::string> target_of(const Record& alias, const ns_msg& message) {
  std::array<char, NS_MAXDNAME> name{};
  const int size = dn_expand(ns_msg_base(message), ns_msg_end(message), alias.data.data(), name.data(),
                             static_cast<int>(name.size()));
  if (size < 0) return std::nullopt;
  return folded(name.data());
}

/// How long "none" may be kept: the least of the SOA record's own time and its last field (RFC 2308 5).
std::chrono::seconds ttl_of_none(ns_msg& message) {
  constexpr std::size_t kLeastSoa = 22;  // two names of one byte, five numbers
  const auto authority = records_of(message, ns_s_ns);
  if (!authority) return std::chrono::seconds(0);
  const auto soa = std::ranges::find_if(
      *authority, [](const Record& one) { return one.type == ns_t_soa && one.data.size() >= kLeastSoa; });
  if (soa == authority->end()) return std::chrono::seconds(0);
  return std::min(soa->ttl, ttl_of(static_cast<std::uint32_t>(ns_get32(soa->data.last(4).data()))));
}

/// Puts the texts of one name into the answer. Returns false if one can't be read.
bool take_texts(const std::vector<Record>& records, std::string_view owner, TxtAnswer& answer) {
  for (const auto& record : records) {
    if (record.type != ns_t_txt || record.owner != owner) continue;
    auto text = text_of(record.data);
    if (!text) return false;
    answer.kind = TxtAnswer::Kind::Found;
    answer.ttl = std::min(answer.ttl, record.ttl);
    answer.texts.push_back(std::move(*text));
  }
  return true;
}

TxtAnswer answer_of(ns_msg& message, const std::vector<Record>& records, std::string owner) {
  TxtAnswer answer{.kind = TxtAnswer::Kind::None, .ttl = kMostTtl};
  for (std::size_t aliases = 0; aliases <= kMostAliases; ++aliases) {
    if (!take_texts(records, owner, answer)) return failed("a TXT record is cut short");
    if (answer.kind == TxtAnswer::Kind::Found) return answer;
    const auto alias = std::ranges::find_if(
        records, [&](const Record& one) { return one.type == ns_t_cname && one.owner == owner; });
    if (alias == records.end()) {
      answer.ttl = std::min(answer.ttl, ttl_of_none(message));
      return answer;
    }
    answer.ttl = std::min(answer.ttl, alias->ttl);
    auto target = target_of(*alias, message);
    if (!target) return failed("a CNAME record can't be read");
    owner = std::move(*target);
  }
  return failed("CNAME records lead on and on");
}

}  // namespace

TxtAnswer read_txt_answer(std::span<const unsigned char> bytes, std::string_view name) {
  if (bytes.size() > kMostDnsAnswer) return failed(fmt::format("the answer has {} bytes", bytes.size()));
  ns_msg message{};
  if (ns_initparse(bytes.data(), static_cast<int>(bytes.size()), &message) != 0) {
    return failed("the answer can't be read");
  }
  const int code = ns_msg_getflag(message, ns_f_rcode);
  if (code != ns_r_noerror && code != ns_r_nxdomain)
    return failed(fmt::format("the server says error {}", code));
  const auto records = records_of(message, ns_s_an);
  if (!records) return failed("the answer can't be read, or has too many records");
  return answer_of(message, *records, folded(name));
}

}  // namespace backstop::net
