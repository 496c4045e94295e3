#include "milter/answer.h"

#include <cassert>

#include "milter/packet.h"

namespace backstop::milter {
namespace {

constexpr std::string_view kNul{"\0", 1};
constexpr std::string_view kLineEnd = "\r\n";

}  // namespace

void append_answer(Answer answer, std::string& out) {
  append_packet(static_cast<char>(answer), {}, out);
}

void append_refusal(const smtp::Reply& reply, std::string& out) {
  assert(reply.code >= 400 && reply.code <= 599);
  std::string lines;
  smtp::append_reply(reply, lines);
  lines.resize(lines.size() - kLineEnd.size());
  // Sendmail and Postfix take the text for a format, in which "%%" stands for one sign.
  for (std::size_t at = lines.find('%'); at != std::string::npos; at = lines.find('%', at + 2)) {
    lines.insert(at, 1, '%');
  }
  append_packet('y', {lines, kNul}, out);
}

void append_change_sender(std::string_view path, std::string_view parameters, std::string& out) {
  if (parameters.empty()) return append_packet('e', {path, kNul}, out);
  append_packet('e', {path, kNul, parameters, kNul}, out);
}

void append_add_recipient(std::string_view path, std::string& out) {
  append_packet('+', {path, kNul}, out);
}

void append_add_recipient(std::string_view path, std::string_view parameters, std::string& out) {
  append_packet('2', {path, kNul, parameters, kNul}, out);
}

void append_delete_recipient(std::string_view path, std::string& out) {
  append_packet('-', {path, kNul}, out);
}

void append_insert_header(std::uint32_t index, std::string_view name, std::string_view value,
                          std::string& out) {
  append_packet('i', {octets_of(index), name, kNul, value, kNul}, out);
}

void append_change_header(std::uint32_t index, std::string_view name, std::string_view value,
                          std::string& out) {
  append_packet('m', {octets_of(index), name, kNul, value, kNul}, out);
}

void append_quarantine(std::string_view reason, std::string& out) {
  append_packet('q', {reason, kNul}, out);
}

}  // namespace backstop::milter
