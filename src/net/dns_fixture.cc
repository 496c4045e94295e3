#include "net/dns_fixture.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "base/text.h"

namespace backstop::net {

namespace {

constexpr std::size_t kHead = 12;
constexpr unsigned kSoaTtl = 120;
constexpr unsigned kSoaMinimum = 60;

void require(bool holds) {
  if (!holds) std::abort();
}

void put16(unsigned value, std::string& out) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}
void put32(unsigned value, std::string& out) {
  put16(value >> 16, out);
  put16(value & 0xFFFF, out);
}

void put_name(std::string_view name, std::string& out) {
  while (!name.empty()) {
    const auto size = std::min(name.find('.'), name.size());
    out += static_cast<char>(size);
    out += name.substr(0, size);
    name.remove_prefix(std::min(size + 1, name.size()));
  }
  out += '\0';
}

void put_record(std::string_view owner, unsigned type, unsigned ttl, std::string_view data,
                std::string& out) {
  put_name(owner, out);
  put16(type, out);
  put16(ns_c_in, out);
  put32(ttl, out);
  put16(static_cast<unsigned>(data.size()), out);
  out += data;
}

std::string txt_data(std::string_view text) {
  std::string data;
  do {
    const auto piece = text.substr(0, 255);
    data += static_cast<char>(piece.size());
    data += piece;
    text.remove_prefix(piece.size());
  } while (!text.empty());
  return data;
}

std::string soa_data() {
  std::string data;
  put_name("ns.test", data);
  put_name("hostmaster.test", data);
  for (const unsigned number : {1u, 3600u, 600u, 86400u, kSoaMinimum}) put32(number, data);
  return data;
}

/// Returns what is asked for, the name in lower case, and sets `end` past the question.
Question question_in(std::string_view question, std::size_t& end) {
  std::string name;
  std::size_t at = kHead;
  while (at < question.size() && question[at] != 0) {
    const auto size = static_cast<unsigned char>(question[at]);
    if (!name.empty()) name += '.';
    name += question.substr(at + 1, size);
    at += 1 + size;
  }
  end = at + 5;
  const auto type = end <= question.size() ? static_cast<unsigned char>(question[at + 2]) : 0;
  return {static_cast<RecordType>(type), base::to_lower(name)};
}

struct Sections {
  std::string answers;
  std::string authority;
  unsigned answer_count = 0;
  unsigned authority_count = 0;
  unsigned code = ns_r_noerror;
};

std::string host_data(const DnsAnswer::Host& host, RecordType type) {
  std::string data;
  if (type == RecordType::Mx) put16(host.preference, data);
  put_name(host.name, data);
  return data;
}

std::string address_data(const asio::ip::address& address) {
  std::string data;
  const auto put = [&](const auto& bytes) { data.assign(bytes.begin(), bytes.end()); };
  address.is_v4() ? put(address.to_v4().to_bytes()) : put(address.to_v6().to_bytes());
  return data;
}

/// Returns the data of each record of a type.
std::vector<std::string> data_of(const TestDns::Row& row, RecordType type) {
  std::vector<std::string> all;
  if (type == RecordType::Txt) {
    for (const auto& text : row.texts) all.push_back(txt_data(text));
  }
  if (type == RecordType::Mx || type == RecordType::Ptr) {
    for (const auto& host : row.hosts) all.push_back(host_data(host, type));
  }
  for (const auto& text : row.addresses) {
    const auto address = asio::ip::make_address(text);
    if (type == (address.is_v4() ? RecordType::A : RecordType::Aaaa)) all.push_back(address_data(address));
  }
  return all;
}

Sections sections_of(const Question& question, const TestDns::Row& row) {
  using Way = TestDns::Way;
  Sections made;
  std::string owner = question.name;
  if (!row.target.empty()) {
    std::string target;
    put_name(row.target, target);
    put_record(owner, ns_t_cname, row.ttl, target, made.answers);
    ++made.answer_count;
    owner = row.target;
  }
  for (const auto& data : data_of(row, question.type)) {
    put_record(owner, std::to_underlying(question.type), row.ttl, data, made.answers);
    ++made.answer_count;
  }
  if (row.way == Way::NoName || row.way == Way::NoData) {
    put_record("test", ns_t_soa, kSoaTtl, soa_data(), made.authority);
    ++made.authority_count;
  }
  if (row.way == Way::NoName) made.code = ns_r_nxdomain;
  if (row.way == Way::Fails) made.code = ns_r_servfail;
  if (row.way == Way::Garbage) {
    made.answers = "\xC0\xFF\xFF";
    made.answer_count = 3;
  }
  if (row.way == Way::Loops) {
    std::string target;
    put_name(question.name, target);
    put_record(question.name, ns_t_cname, row.ttl, target, made.answers);
    ++made.answer_count;
  }
  return made;
}

int bound_socket(int type, const sockaddr_in& address) {
  const int made = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return made;
  ::close(made);
  return -1;
}

sockaddr_in address_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  require(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return address;
}

/// Reads exactly `size` bytes; less at the end of the connection.
std::string read_exactly(int socket, std::size_t size) {
  std::string bytes(size, '\0');
  const auto got = ::recv(socket, bytes.data(), size, MSG_WAITALL);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return bytes;
}

}  // namespace

TestDns::TestDns(std::map<std::string, Row> rows) : rows_(std::move(rows)) {
  // A port that is free for both: most are.
  for (int i = 0; i < 100 && connections_ < 0; ++i) {
    if (datagrams_ >= 0) ::close(datagrams_);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    datagrams_ = bound_socket(SOCK_DGRAM, address);
    require(datagrams_ >= 0);
    connections_ = bound_socket(SOCK_STREAM, address_of(datagrams_));
  }
  require(connections_ >= 0 && ::listen(connections_, 8) == 0 && ::pipe(stops_) == 0);
  thread_ = std::thread([this] { run(); });
}

TestDns::~TestDns() {
  require(::write(stops_[1], "x", 1) == 1);
  thread_.join();
  for (const int one : {datagrams_, connections_, stops_[0], stops_[1]}) ::close(one);
}

Endpoint TestDns::endpoint() const {
  return {asio::ip::address_v4::loopback(), ntohs(address_of(datagrams_).sin_port)};
}

void TestDns::run() {
  for (;;) {
    pollfd waits[] = {{stops_[0], POLLIN, 0}, {datagrams_, POLLIN, 0}, {connections_, POLLIN, 0}};
    require(::poll(waits, std::size(waits), -1) > 0);
    if (waits[0].revents != 0) return;
    if (waits[1].revents != 0) serve_datagram();
    if (waits[2].revents != 0) serve_connection();
  }
}

void TestDns::serve_datagram() {
  std::array<char, 1500> bytes;
  sockaddr_in client{};
  socklen_t size = sizeof client;
  const auto got =
      ::recvfrom(datagrams_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&client), &size);
  if (got < static_cast<ssize_t>(kHead)) return;
  ++questions_;
  const std::string reply = answer({bytes.data(), static_cast<std::size_t>(got)}, false);
  if (reply.empty()) return;
  ::sendto(datagrams_, reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&client), size);
}

void TestDns::serve_connection() {
  const int client = ::accept4(connections_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const timeval limit{5, 0};
  ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const std::string size = read_exactly(client, 2);
  if (size.size() == 2) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(size.data());
    const std::string question = read_exactly(client, static_cast<std::size_t>(bytes[0]) << 8 | bytes[1]);
    ++questions_;
    ++questions_by_tcp_;
    const std::string reply = question.size() < kHead ? std::string() : answer(question, true);
    std::string framed;
    put16(static_cast<unsigned>(reply.size()), framed);
    if (!reply.empty()) ::send(client, (framed + reply).data(), framed.size() + reply.size(), MSG_NOSIGNAL);
  }
  ::close(client);
}

std::string TestDns::answer(std::string_view question, bool is_tcp) const {
  std::size_t end = 0;
  const Question asked = question_in(question, end);
  const auto found = rows_.find(asked.name);
  const Row row = found == rows_.end() ? Row{.way = Way::NoName} : found->second;
  if (row.way == Way::Silent || (row.way == Way::CutAlways && is_tcp)) return "";
  const bool is_cut = !is_tcp && (row.way == Way::OnlyByTcp || row.way == Way::CutAlways);
  const Sections made = is_cut ? Sections{} : sections_of(asked, row);
  std::string reply(question.substr(0, 2));
  put16(0x8180U | (is_cut ? 0x0200U : 0U) | made.code, reply);
  for (const unsigned count : {1u, made.answer_count, made.authority_count, 0u}) put16(count, reply);
  reply += question.substr(kHead, end - kHead);
  return reply + made.answers + made.authority;
}

std::string dns_question(std::string_view name, RecordType type) {
  std::string question("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", kHead);
  put_name(name, question);
  put16(std::to_underlying(type), question);
  put16(ns_c_in, question);
  return question;
}

}  // namespace backstop::net
