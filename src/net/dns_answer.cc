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

DnsAnswer failed(std::string why) {
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

/// Reads the name that fills `data`.
std::optional<std::string> name_in(std::span<const unsigned char> data, const ns_msg& message) {
  std::array<char, NS_MAXDNAME> name{};
  const int size = dn_expand(ns_msg_base(message), ns_msg_end(message), data.data(), name.data(),
                             static_cast<int>(name.size()));
  if (size < 0 || static_cast<std::size_t>(size) != data.size()) return std::nullopt;
  return folded(name.data());
}

/// Returns the name as the resolver library writes one that it has read: folded, with its escapes.
std::string as_read(std::string_view name) {
  std::array<unsigned char, NS_MAXCDNAME> packed{};
  std::array<char, NS_MAXDNAME> text{};
  if (ns_name_pton(std::string(name).c_str(), packed.data(), packed.size()) < 0 ||
      ns_name_ntop(packed.data(), text.data(), text.size()) < 0) {
    return folded(name);
  }
  return folded(text.data());
}

/// How long "there is none" may be kept: the least of the SOA record's own time and its last field (RFC 2308
/// 5).
std::chrono::seconds ttl_of_none(ns_msg& message) {
  constexpr std::size_t kLeastSoa = 22;  // two names of one byte, five numbers
  const auto authority = records_of(message, ns_s_ns);
  if (!authority) return std::chrono::seconds(0);
  const auto soa = std::ranges::find_if(
      *authority, [](const Record& one) { return one.type == ns_t_soa && one.data.size() >= kLeastSoa; });
  if (soa == authority->end()) return std::chrono::seconds(0);
  return std::min(soa->ttl, ttl_of(static_cast<std::uint32_t>(ns_get32(soa->data.last(4).data()))));
}

bool take_text(std::span<const unsigned char> data, DnsAnswer& answer) {
  auto text = text_of(data);
  if (text) answer.texts.push_back(std::move(*text));
  return text.has_value();
}

template <typename Address>
bool take_address(std::span<const unsigned char> data, DnsAnswer& answer) {
  typename Address::bytes_type bytes{};
  if (data.size() != bytes.size()) return false;
  std::ranges::copy(data, bytes.begin());
  answer.addresses.emplace_back(Address(bytes));
  return true;
}

bool take_host(std::span<const unsigned char> data, const ns_msg& message, std::uint16_t preference,
               DnsAnswer& answer) {
  auto host = name_in(data, message);
  if (host) answer.hosts.push_back({preference, std::move(*host)});
  return host.has_value();
}

bool take_exchange(std::span<const unsigned char> data, const ns_msg& message, DnsAnswer& answer) {
  if (data.size() < 3) return false;
  return take_host(data.subspan(2), message, static_cast<std::uint16_t>(ns_get16(data.data())), answer);
}

/// Puts the data of one record into the answer. Returns false if it can't be read.
bool take(RecordType type, std::span<const unsigned char> data, const ns_msg& message, DnsAnswer& answer) {
  switch (type) {
    case RecordType::A:
      return take_address<asio::ip::address_v4>(data, answer);
    case RecordType::Aaaa:
      return take_address<asio::ip::address_v6>(data, answer);
    case RecordType::Mx:
      return take_exchange(data, message, answer);
    case RecordType::Txt:
      return take_text(data, answer);
    case RecordType::Ptr:
      return take_host(data, message, 0, answer);
  }
  return false;
}

/// Puts the records of one name into the answer. Returns false if one can't be read.
bool take_all(const ns_msg& message, const std::vector<Record>& records, RecordType type,
              std::string_view owner, DnsAnswer& answer) {
  for (const auto& record : records) {
    if (record.type != std::to_underlying(type) || record.owner != owner) continue;
    if (!take(type, record.data, message, answer)) return false;
    answer.kind = DnsAnswer::Kind::Found;
    answer.ttl = std::min(answer.ttl, record.ttl);
  }
  return true;
}

DnsAnswer answer_of(ns_msg& message, const std::vector<Record>& records, const Question& question) {
  const bool is_no_name = ns_msg_getflag(message, ns_f_rcode) == ns_r_nxdomain;
  DnsAnswer answer{.kind = is_no_name ? DnsAnswer::Kind::NoName : DnsAnswer::Kind::NoData, .ttl = kMostTtl};
  std::string owner = as_read(question.name);
  for (std::size_t aliases = 0; aliases <= kMostAliases; ++aliases) {
    if (!take_all(message, records, question.type, owner, answer)) {
      return failed(fmt::format("a record of type {} can't be read", name(question.type)));
    }
    if (answer.kind == DnsAnswer::Kind::Found) return answer;
    const auto alias = std::ranges::find_if(
        records, [&](const Record& one) { return one.type == ns_t_cname && one.owner == owner; });
    if (alias == records.end()) {
      answer.ttl = std::min(answer.ttl, ttl_of_none(message));
      return answer;
    }
    answer.ttl = std::min(answer.ttl, alias->ttl);
    auto target = name_in(alias->data, message);
    if (!target) return failed("a CNAME record can't be read");
    owner = std::move(*target);
  }
  return failed("CNAME records lead on and on");
}

}  // namespace

DnsAnswer read_dns_answer(std::span<const unsigned char> bytes, const Question& question) {
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
  return answer_of(message, *records, question);
}

}  // namespace backstop::net
