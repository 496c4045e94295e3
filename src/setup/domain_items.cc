#include "setup/domain_items.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/domain_key.h"
#include "base/text.h"
#include "net/endpoint.h"
#include "setup/list_text.h"

namespace backstop::setup {

namespace {

/// Types whose entries can be listed by `postmap -s`.
constexpr auto kListable =
    std::to_array<std::string_view>({"hash", "btree", "lmdb", "cdb", "dbm", "sdbm", "texthash", "inline"});

/// Types that are made of a text, or are one, in the form "key value".
constexpr auto kOfText =
    std::to_array<std::string_view>({"hash", "btree", "lmdb", "cdb", "dbm", "sdbm", "texthash"});

std::string_view type_of(std::string_view table) {
  return table.substr(0, std::min(table.find(':'), table.size()));
}

bool is_table(std::string_view item) {
  const std::size_t colon = item.find(':');
  if (colon == std::string_view::npos || item.starts_with('[')) return false;
  return std::ranges::all_of(item.substr(0, colon),
                             [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '_'; });
}

bool is_name(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '.' || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

// "[::1]/128"
std::string without_square_brackets(std::string_view given) {
  std::string text(given);
  if (!text.starts_with('[')) return text;
  text.erase(0, 1);
  if (const auto closing = text.find(']'); closing != std::string::npos) text.erase(closing, 1);
  return text;
}

bool is_network(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF.:/") == std::string_view::npos &&
         (base::is_digit(text[0]) || text[0] == ':' || base::hex_value(text[0]) >= 0) &&
         (text.contains('.') || text.contains(':'));
}

}  // namespace

std::string_view without_proxy(std::string_view table) {
  for (const std::string_view prefix : {"proxy:", "maybe:"}) {
    if (table.starts_with(prefix)) table.remove_prefix(prefix.size());
  }
  return table;
}

DomainItems parse_domain_items(std::string_view list) {
  DomainItems items;
  for (const auto& element : parse_list(list)) {
    const auto text = element.text;
    // An exception takes nothing away that another list doesn't have.
    if (text.starts_with('!')) continue;
    if (text.starts_with('/')) {
      items.files.emplace_back(text);
    } else if (is_table(text)) {
      const auto table = without_proxy(text);
      const bool can_be_listed = std::ranges::find(kListable, type_of(table)) != kListable.end();
      (can_be_listed ? items.tables : items.asked_tables).emplace_back(table);
    } else {
      items.names.emplace_back(text);
    }
  }
  return items;
}

std::string list_of_file(std::string_view text) {
  std::string list;
  std::string_view line;
  while (base::next_line(text, line)) {
    if (!base::trim(line).starts_with('#')) list.append(line).append(" ");
  }
  return list;
}

std::vector<std::string> keys_of(std::string_view printed) {
  std::vector<std::string> keys;
  std::string_view line;
  while (base::next_line(printed, line)) {
    const auto key = line.substr(0, std::min(line.find_first_of("\t "), line.size()));
    if (!key.empty()) keys.emplace_back(key);
  }
  return keys;
}

std::string domain_of_key(std::string_view key) {
  const bool has_subdomains = key.starts_with('.');
  if (has_subdomains) key.remove_prefix(1);
  while (key.ends_with('.')) key.remove_suffix(1);
  if (key.size() > base::kDomainMost || !key.contains('.') || key.starts_with('.') || !is_name(key))
    return "";
  std::string domain = base::domain_key(key);
  if (domain.starts_with("localhost.") || domain.ends_with(".localhost")) return "";
  // Addresses are no domains: the last label has a letter.
  const auto last = std::string_view(domain).substr(domain.rfind('.') + 1);
  if (std::ranges::none_of(last, base::is_alpha)) return "";
  return has_subdomains ? "*." + domain : domain;
}

std::string text_of_table(std::string_view table) {
  table = without_proxy(table);
  const auto type = type_of(table);
  if (std::ranges::find(kOfText, type) == kOfText.end()) return "";
  return std::string(table.substr(std::min(type.size() + 1, table.size())));
}

std::vector<std::string> networks_of(std::string_view mynetworks, std::vector<std::string>& others) {
  std::vector<std::string> networks;
  std::vector<net::Network> exceptions;
  for (const auto& element : parse_list(mynetworks)) {
    const bool is_exception = element.text.starts_with('!');
    const std::string text = without_square_brackets(element.text.substr(is_exception ? 1 : 0));
    if (text.starts_with("::ffff:")) continue;
    if (is_exception) {
      if (auto network = net::Network::parse(text)) exceptions.push_back(std::move(*network));
      others.emplace_back(element.text);
    } else if (is_network(text)) {
      networks.push_back(text);
    } else {
      others.emplace_back(element.text);
    }
  }
  // The configuration knows no exceptions, so what has one is left out whole.
  std::erase_if(networks, [&](const std::string& text) {
    const auto network = net::Network::parse(text);
    const bool has_one = network && std::ranges::any_of(exceptions, [&](const net::Network& one) {
                           return one.overlaps(*network);
                         });
    if (has_one) others.push_back(text);
    return has_one;
  });
  return networks;
}

}  // namespace backstop::setup
