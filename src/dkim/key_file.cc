#include "dkim/key_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/day.h"
#include "base/text.h"
#include "dkim/public_key.h"

namespace backstop::dkim {

namespace {

using Day = std::optional<std::chrono::sys_days>;

constexpr std::size_t kMostString = 255;  // octets of one string of a record (RFC 1035 3.3)

std::unexpected<base::Error> refuse(int line, std::string_view why) {
  return std::unexpected(base::Error{fmt::format("line {}: {}", line, why)});
}

struct Line {
  int number;
  std::string_view text;
};

/// A key file in its parts.
struct Parts {
  Day from;
  Day until;
  std::vector<Line> record;
};

base::Result<void> read_day(const Line& line, std::string_view label, Day& day) {
  const auto text = base::trim(line.text.substr(label.size()));
  if (day) return refuse(line.number, fmt::format("\"{}\" is there twice", label));
  day = base::parse_day(text);
  if (!day) {
    return refuse(line.number,
                  fmt::format("\"{}\" is no day; write it as 2026-11-30", base::printable(text, 40)));
  }
  return {};
}

base::Result<Parts> split(std::string_view text) {
  constexpr std::string_view kFrom = "from:";
  constexpr std::string_view kUntil = "until:";
  Parts parts;
  std::string_view line;
  for (int number = 1; base::next_line(text, line); ++number) {
    const Line trimmed{number, base::trim(line)};
    base::Result<void> read;
    if (trimmed.text.starts_with("-----BEGIN ")) {
      const bool is_private = trimmed.text.contains("PRIVATE KEY");
      return refuse(number, is_private
                                ? "this is a private key, which nobody but the signer needs; put in the "
                                  "text of the TXT record, \"v=DKIM1; ...\""
                                : "this is PEM; put in the text of the TXT record, \"v=DKIM1; ...\"");
    }
    if (trimmed.text.empty() || trimmed.text.starts_with('#')) continue;
    if (trimmed.text.starts_with(kFrom)) {
      read = read_day(trimmed, kFrom, parts.from);
    } else if (trimmed.text.starts_with(kUntil)) {
      read = read_day(trimmed, kUntil, parts.until);
    } else {
      parts.record.push_back(trimmed);
    }
    if (!read) return std::unexpected(read.error());
  }
  return parts;
}

/// Reads the strings of a record as a zone file has them (RFC 1035 5.1).
class QuotedStrings {
 public:
  base::Result<void> read(const Line& line);
  std::string take() { return std::move(record_); }

 private:
  base::Result<void> read_string(int number, std::string_view& rest);
  bool read_escape(std::string_view& rest);

  std::string record_;
  bool has_begun_ = false;
};

base::Result<void> QuotedStrings::read(const Line& line) {
  std::string_view rest = line.text;
  while (!rest.empty() && rest.front() != ';') {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') {
      if (auto read = read_string(line.number, rest); !read) return read;
    } else if (has_begun_ && !base::is_space(c) && c != '(' && c != ')') {
      return refuse(line.number, "there is text behind a quoted string");
    }
  }
  return {};
}

/// Reads on behind the opening quote.
base::Result<void> QuotedStrings::read_string(int number, std::string_view& rest) {
  has_begun_ = true;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return {};
    if (c != '\\') {
      record_ += c;
    } else if (!read_escape(rest)) {
      return refuse(number, "a \"\\\" escapes nothing");
    }
  }
  return refuse(number, "a quoted string has no end");
}

/// Reads what follows a backslash: three digits, or one other character.
bool QuotedStrings::read_escape(std::string_view& rest) {
  if (rest.empty()) return false;
  if (!base::is_digit(rest.front())) {
    record_ += rest.front();
    rest.remove_prefix(1);
    return true;
  }
  if (rest.size() < 3 || !std::ranges::all_of(rest.substr(0, 3), base::is_digit)) return false;
  const int byte = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
  rest.remove_prefix(3);
  record_ += static_cast<char>(byte);
  return byte <= 255;
}

base::Result<std::string> join(const std::vector<Line>& lines) {
  const bool is_quoted = std::ranges::any_of(lines, [](const Line& line) { return line.text.contains('"'); });
  QuotedStrings strings;
  std::string plain;
  for (const auto& line : lines) {
    if (!is_quoted) {
      if (!plain.empty()) plain += ' ';
      plain += line.text;
    } else if (auto read = strings.read(line); !read) {
      return std::unexpected(read.error());
    }
  }
  return is_quoted ? strings.take() : plain;
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (byte < ' ' || byte >= 0x7F) {
      out += fmt::format("\\{:03}", byte);
    } else {
      out += c;
    }
  }
  out += "\"\n";
}

}  // namespace

base::Result<KeyFile> parse_key_file(std::string_view text) {
  if (text.size() > kMostKeyFile) {
    return refuse(1, fmt::format("longer than {} bytes: no key file", kMostKeyFile));
  }
  const auto parts = split(text);
  if (!parts) return std::unexpected(parts.error());
  if (parts->record.empty()) return refuse(1, "there is no record");
  if (parts->from && parts->until && *parts->until < *parts->from) {
    return refuse(1, "\"until:\" is before \"from:\"");
  }
  auto record = join(parts->record);
  if (!record) return std::unexpected(record.error());
  auto key = PublicKey::parse(*record);
  if (!key) return refuse(parts->record.front().number, key.error().why);
  return KeyFile{std::move(*record), {std::move(*key), parts->from, parts->until}};
}

std::string key_file_text(std::string_view record, const Day& from, const Day& until) {
  std::string text;
  if (from) text += fmt::format("from: {}\n", base::format_day(*from));
  if (until) text += fmt::format("until: {}\n", base::format_day(*until));
  for (; !record.empty(); record.remove_prefix(std::min(record.size(), kMostString))) {
    append_quoted(record.substr(0, kMostString), text);
  }
  return text;
}

}  // namespace backstop::dkim
