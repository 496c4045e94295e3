#include "intake/received_ids.h"

#include <algorithm>

#include "base/text.h"
#include "mail/message.h"

namespace backstop::intake {

namespace {

constexpr std::size_t kMostOctets = 32;
constexpr std::size_t kMostFields = 100;  // of a block; a mail with more Received fields is in a loop

/// The words of a Received field, without comments.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  /// Returns the next word, ";" for what separates the date; empty at the end.
  std::string_view next() {
    skip();
    if (rest_.empty()) return {};
    const auto end = rest_.front() == ';' ? 1 : std::min(rest_.find_first_of(" \t\r\n(;"), rest_.size());
    const auto word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return word;
  }

 private:
  void skip() {
    std::size_t depth = 0;
    while (!rest_.empty() && (depth > 0 || rest_.front() == '(' || base::is_space(rest_.front()))) {
      if (rest_.front() == '(') ++depth;
      if (rest_.front() == ')' && depth > 0) --depth;
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
};

bool is_id(std::string_view word) {
  return !word.empty() && word.size() <= kMostOctets &&
         std::ranges::all_of(word, [](char c) { return base::is_digit(c) || base::is_alpha(c); });
}

void add_ids(const mail::Message& header, std::string_view hostname, std::vector<std::string>& ids) {
  std::size_t seen = 0;
  for (const auto& field : header.fields_of(header.parts.front())) {
    if (field.id != mail::FieldName::Received) continue;
    if (++seen > kMostFields || ids.size() >= kMostReceivedIds) return;
    std::string id(received_id_of(field.value, hostname));
    if (!id.empty() && std::ranges::find(ids, id) == ids.end()) ids.push_back(std::move(id));
  }
}

}  // namespace

std::string_view received_id_of(std::string_view value, std::string_view hostname) {
  Words words(value);
  std::string_view host;
  for (auto word = words.next(); !word.empty() && word != ";"; word = words.next()) {
    if (host.empty() && base::iequals(word, "by")) {
      host = words.next();
      if (!base::iequals(host, hostname)) return {};
    } else if (!host.empty() && base::iequals(word, "id")) {
      const auto id = words.next();
      return is_id(id) ? id : std::string_view();
    }
  }
  return {};
}

std::vector<std::string> received_ids_of(std::span<const response::ReturnedBlock> blocks,
                                         std::string_view hostname) {
  std::vector<std::string> ids;
  mail::Message header;
  for (const auto& block : blocks) {
    mail::walk_header(block.bytes, header);
    add_ids(header, hostname, ids);
  }
  return ids;
}

std::vector<std::string> received_ids_of(const mail::Message& header, std::string_view hostname) {
  std::vector<std::string> ids;
  add_ids(header, hostname, ids);
  return ids;
}

}  // namespace backstop::intake
