#include "setup/dkim_tables.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace backstop::setup {

namespace {

std::string_view take_word(std::string_view& rest) {
  rest = base::trim(rest);
  const auto word = rest.substr(0, std::min(rest.find_first_of(" \t"), rest.size()));
  rest.remove_prefix(word.size());
  rest = base::trim(rest);
  return word;
}

std::string_view without_comment(std::string_view line) {
  return base::trim(line.substr(0, std::min(line.find('#'), line.size())));
}

void add(KeyUse use, std::vector<KeyUse>& uses) {
  if (std::ranges::find(uses, use) == uses.end()) uses.push_back(std::move(use));
}

std::vector<std::string> split_commas(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (const auto part = base::trim(list.substr(0, comma)); !part.empty()) parts.emplace_back(part);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

/// Returns the path of a data set of OpenDKIM, or an empty text if it is no file.
std::string path_of(std::string_view dataset) {
  for (const std::string_view prefix : {"refile:", "file:"}) {
    if (dataset.starts_with(prefix)) dataset.remove_prefix(prefix.size());
  }
  return dataset.starts_with('/') ? std::string(dataset) : "";
}

/// The words of rspamd's configuration: names, values, and the marks { } [ ] = : ; and ,.
class UclWords {
 public:
  explicit UclWords(std::string_view text) : rest_(text) {}

  struct Word {
    std::string_view text;
    bool is_mark = false;
  };

  std::optional<Word> next() {
    skip();
    if (rest_.empty()) return std::nullopt;
    if (kMarks.contains(rest_.front())) return Word{take(1), true};
    if (rest_.front() == '"' || rest_.front() == '\'') return quoted();
    return Word{take(std::min(rest_.find_first_of(" \t\r\n{}[]=;,\"'"), rest_.size())), false};
  }

 private:
  static constexpr std::string_view kMarks = "{}[]=;,";

  std::string_view take(std::size_t size) {
    const auto taken = rest_.substr(0, std::max<std::size_t>(size, 1));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  Word quoted() {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] != quote) end += rest_[end] == '\\' ? 2 : 1;
    end = std::min(end, rest_.size());
    const auto inside = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return {inside, false};
  }

  void skip() {
    while (!rest_.empty()) {
      if (base::is_space(rest_.front())) {
        rest_.remove_prefix(1);
      } else if (rest_.front() == '#') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (rest_.starts_with("/*")) {
        const std::size_t end = rest_.find("*/");
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
      } else {
        return;
      }
    }
  }

  std::string_view rest_;
};

/// Walks through the words of one file and notes what it says of keys.
class RspamdReader {
 public:
  RspamdReader(std::string& selector, RspamdSettings& settings) : selector_(selector), settings_(settings) {}

  void read(std::string_view text) {
    UclWords words(text);
    std::string key;
    while (const auto word = words.next()) {
      if (!word->is_mark) {
        take(std::string(word->text), key);
      } else if (word->text == "{" || word->text == "[") {
        names_.push_back(key);
        key.clear();
      } else if (word->text == "}" || word->text == "]") {
        if (!names_.empty()) names_.pop_back();
        key.clear();
      } else if (word->text != "=") {
        key.clear();
      }
    }
  }

 private:
  /// Begins the name of the block in: domain "example.org" { ... }
  static constexpr std::string_view kNamedDomain = "domain ";

  /// The first word of a statement is its key, also "key:"; the next one its value, or the name of a block.
  void take(std::string word, std::string& key) {
    if (key.empty()) {
      if (word.ends_with(':')) word.pop_back();
      key = std::move(word);
      return;
    }
    if (key == "selector") take_selector(word);
    if (key == "selector_map") settings_.selector_maps.push_back(path_of_map(word));
    // "selector = x" without a ";" ends with its line; what follows is another statement.
    key = key == "domain" ? std::string(kNamedDomain) + word : "";
  }

  static std::string path_of_map(std::string_view map) {
    for (const std::string_view prefix : {"file://", "fallback+file://"}) {
      if (map.starts_with(prefix)) map.remove_prefix(prefix.size());
    }
    return std::string(map);
  }

  void take_selector(const std::string& selector) {
    const auto found = std::ranges::find_if(
        names_, [](const std::string& name) { return name == "domain" || name.starts_with(kNamedDomain); });
    if (found == names_.end()) {
      selector_ = selector;
    } else if (found->starts_with(kNamedDomain)) {
      add({selector, found->substr(kNamedDomain.size())}, settings_.keys);
    } else if (const auto domain = std::next(found); domain != names_.end()) {
      add({selector, *domain}, settings_.keys);
    }
  }

  std::string& selector_;
  RspamdSettings& settings_;
  std::vector<std::string> names_;  ///< of the blocks that are open
};

}  // namespace

OpenDkimSettings parse_opendkim(std::string_view text) {
  OpenDkimSettings settings;
  std::string_view line;
  while (base::next_line(text, line)) {
    auto rest = without_comment(line);
    const auto name = take_word(rest);
    if (base::iequals(name, "Domain")) {
      if (!rest.starts_with('/') && !rest.contains(':')) settings.domains = split_commas(rest);
    } else if (base::iequals(name, "Selector")) {
      settings.selector = rest;
    } else if (base::iequals(name, "KeyTable")) {
      settings.key_table = path_of(rest);
      settings.unread = settings.key_table.empty() ? std::string(rest) : "";
    }
  }
  return settings;
}

std::vector<KeyUse> parse_key_table(std::string_view text) {
  std::vector<KeyUse> uses;
  std::string_view line;
  while (base::next_line(text, line)) {
    auto rest = without_comment(line);
    take_word(rest);
    const std::size_t first = rest.find(':');
    if (first == std::string_view::npos) continue;
    const std::size_t second = rest.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const auto domain = base::trim(rest.substr(0, first));
    const auto selector = base::trim(rest.substr(first + 1, second - first - 1));
    if (selector.empty() || selector == "%") continue;
    add({std::string(selector), domain == "%" ? "" : std::string(domain)}, uses);
  }
  return uses;
}

RspamdSettings parse_rspamd(const std::vector<std::string>& texts) {
  RspamdSettings settings;
  std::string selector = "dkim";  // rspamd's own default
  for (const auto& text : texts) RspamdReader(selector, settings).read(text);
  add({selector, ""}, settings.keys);
  return settings;
}

std::vector<KeyUse> parse_selector_map(std::string_view text) {
  std::vector<KeyUse> uses;
  std::string_view line;
  while (base::next_line(text, line)) {
    auto rest = without_comment(line);
    const auto domain = take_word(rest);
    const auto selector = take_word(rest);
    if (!selector.empty()) add({std::string(selector), std::string(domain)}, uses);
  }
  return uses;
}

}  // namespace backstop::setup
