// The lists of main.cf that name domains and networks, and what lookup tables say of them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace backstop::setup {

/// What a list such as mydestination has, once Postfix has expanded its parameters.
struct DomainItems {
  std::vector<std::string> names;         ///< as written; ".example.org" stands for the subdomains
  std::vector<std::string> files;         ///< "/etc/postfix/domains": a list of its own
  std::vector<std::string> tables;        ///< that can be listed, "hash:/etc/postfix/domains"
  std::vector<std::string> asked_tables;  ///< that only answer questions, "mysql:/etc/postfix/domains.cf"
};

DomainItems parse_domain_items(std::string_view list);

/// Returns the text of a file that is named in a list as the list that it stands for: comments are left out.
std::string list_of_file(std::string_view text);

/// Returns the first words of the lines that `postmap -s` printed.
std::vector<std::string> keys_of(std::string_view printed);

/// Returns the domain as the configuration has it: "*.example.org" for ".example.org". Empty for what is no
/// domain that gets mail from elsewhere: an address, an address literal, a name without a dot, localhost.
std::string domain_of_key(std::string_view key);

/// Returns the name without the parts that only say how it is opened: "hash:/a" for "proxy:hash:/a".
std::string_view without_proxy(std::string_view table);

/// Returns the path of the text from which a table is made, or which it is: "/a" for "hash:/a". Empty if it
/// is made of no text in the form of virtual(5).
std::string text_of_table(std::string_view table);

/// Returns the networks of mynetworks in the form of the configuration. Tables and files, exceptions ("!a"),
/// networks that have one, and IPv4 addresses within IPv6 are left out; `others` gets all but the last.
std::vector<std::string> networks_of(std::string_view mynetworks, std::vector<std::string>& others);

}  // namespace backstop::setup
