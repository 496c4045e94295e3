#include "smtp/extensions.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.h"
#include "smtp/words.h"

namespace backstop::smtp {
namespace {

struct Flag {
  std::string_view keyword;
  bool Extensions::* is_offered;
};

constexpr auto kFlags = std::to_array<Flag>({
    {"PIPELINING", &Extensions::pipelining},
    {"8BITMIME", &Extensions::eight_bit_mime},
    {"SMTPUTF8", &Extensions::smtputf8},
    {"DSN", &Extensions::dsn},
    {"CHUNKING", &Extensions::chunking},
    {"ENHANCEDSTATUSCODES", &Extensions::enhanced_status_codes},
    {"STARTTLS", &Extensions::starttls},
    {"SIZE", &Extensions::size},
});

// Extensions whose parameters are words.
struct Words {
  std::string_view keyword;
  std::string Extensions::* words;
};

constexpr auto kWords = std::to_array<Words>({
    {"AUTH", &Extensions::auth},
    {"XCLIENT", &Extensions::xclient},
    {"XFORWARD", &Extensions::xforward},
});

struct Limit {
  std::string_view keyword;
  std::uint32_t Extensions::* most;
};

constexpr auto kLimits = std::to_array<Limit>({
    {"MAILMAX=", &Extensions::most_mails},
    {"RCPTMAX=", &Extensions::most_recipients},
});

std::string upper_words(std::string_view text) {
  std::string words;
  for (auto word = next_word(text); !word.empty(); word = next_word(text)) append_word(word, words);
  std::ranges::transform(words, words.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
  });
  return words;
}

// An item that is broken or unknown is skipped (RFC 9422 4).
void read_limits(std::string_view items, Extensions& extensions) {
  for (auto item = next_word(items); !item.empty(); item = next_word(items)) {
    for (const Limit& limit : kLimits) {
      if (!base::istarts_with(item, limit.keyword)) continue;
      const auto number = parse_number(item.substr(limit.keyword.size()));
      if (number && *number <= std::numeric_limits<std::uint32_t>::max()) {
        extensions.*(limit.most) = static_cast<std::uint32_t>(*number);
      }
    }
  }
}

// Returns 0, no limit, for a number that can't be read or that no message reaches.
std::uint64_t read_size(std::string_view text) {
  const auto number = parse_number(next_word(text));
  return number && *number != std::numeric_limits<std::uint64_t>::max() ? *number : 0;
}

void read_line(std::string_view line, Extensions& extensions) {
  // Before RFC 2554 there was "AUTH=LOGIN", and servers still say both for the clients of that time.
  constexpr std::string_view kOldAuth = "AUTH=";
  if (base::istarts_with(line, kOldAuth)) {
    if (extensions.auth.empty()) extensions.auth = upper_words(line.substr(kOldAuth.size()));
    return;
  }
  const std::string_view keyword = next_word(line);
  for (const Flag& flag : kFlags) {
    if (base::iequals(keyword, flag.keyword)) extensions.*(flag.is_offered) = true;
  }
  for (const Words& one : kWords) {
    if (base::iequals(keyword, one.keyword)) extensions.*(one.words) = upper_words(line);
  }
  if (base::iequals(keyword, "SIZE")) extensions.most_size = read_size(line);
  if (base::iequals(keyword, "LIMITS")) read_limits(line, extensions);
}

std::string limits_line(const Extensions& extensions) {
  std::string line;
  for (const Limit& limit : kLimits) {
    if (extensions.*(limit.most) == 0) continue;
    if (line.empty()) line = "LIMITS";
    line.append(1, ' ').append(limit.keyword).append(std::to_string(extensions.*(limit.most)));
  }
  return line;
}

std::string common_words(std::string_view a, std::string_view b) {
  std::string words;
  for (auto word = next_word(a); !word.empty(); word = next_word(a)) {
    if (has_word(b, word)) append_word(word, words);
  }
  return words;
}

}  // namespace

Extensions parse_extensions(const Reply& reply) {
  Extensions extensions;
  for (std::size_t i = 1; i < reply.lines.size(); ++i) read_line(reply.lines[i], extensions);
  return extensions;
}

Reply extensions_reply(const Extensions& extensions, std::string_view greeting) {
  Reply reply(250, "", greeting);
  for (const Flag& flag : kFlags) {
    if (!(extensions.*(flag.is_offered))) continue;
    reply.lines.emplace_back(flag.keyword);
    if (flag.is_offered == &Extensions::size && extensions.most_size != 0) {
      reply.lines.back() += ' ' + std::to_string(extensions.most_size);
    }
  }
  for (const Words& one : kWords) {
    const std::string& words = extensions.*(one.words);
    if (!words.empty()) reply.lines.push_back(std::string(one.keyword) + ' ' + words);
  }
  if (auto line = limits_line(extensions); !line.empty()) reply.lines.push_back(std::move(line));
  return reply;
}

Extensions intersect(const Extensions& a, const Extensions& b) {
  Extensions both;
  for (const Flag& flag : kFlags) both.*(flag.is_offered) = a.*(flag.is_offered) && b.*(flag.is_offered);
  for (const Words& one : kWords) both.*(one.words) = common_words(a.*(one.words), b.*(one.words));
  for (const Limit& limit : kLimits) both.*(limit.most) = smaller_told(a.*(limit.most), b.*(limit.most));
  both.most_size = smaller_told(a.most_size, b.most_size);
  return both;
}

}  // namespace backstop::smtp
