#include "auth/author.h"

#include <gtest/gtest.h>

#include "dkim/header_block.h"

namespace backstop::auth {
namespace {

std::string list_of(std::size_t count) {
  std::string list = "a@example.org";
  for (std::size_t i = 1; i < count; ++i) list += ",\r\n a@example.org";
  return list;
}

TEST(Author, IsWhoFromNames) {
  struct Row {
    std::string header;
    std::string want;  ///< the domain, or why there is none
  };
  const Row rows[] = {
      {"From: ann@Example.ORG\r\n", "example.org"},
      {"From: \"ann@bank.example\" <ann@example.org>\r\n", "example.org"},
      {"From: ann@b\u00FCcher.example\r\n", "xn--bcher-kva.example"},
      {"From: a@example.org, B <b@EXAMPLE.org>\r\n", "example.org"},
      {"From: a@example.org, b@mail.example.org\r\n", "From has addresses of several domains"},
      {"From: a@example.org\r\nFrom: a@example.org\r\n", "there are several From fields"},
      {"From : a@example.org\r\nfrom: a@example.org\r\n", "there are several From fields"},
      {"Sender: a@example.org\r\n", "there is no From"},
      {"", "there is no From"},
      {"From: nobody\r\n", "From has no address"},
      {"From: undisclosed:;\r\n", "From has no address"},
      {"From: a@[192.0.2.1]\r\n", "the address in From has no domain name"},
      {"From: " + list_of(100) + "\r\n", "example.org"},
      {"From: " + list_of(101) + "\r\n", "From has more than 100 addresses"},
  };
  for (const auto& row : rows) {
    const dkim::HeaderBlock block(row.header);
    const Author author = author_of(block.fields());
    EXPECT_EQ(author.domain.empty() ? author.why : author.domain, row.want) << row.header;
    EXPECT_EQ(author.domain.empty(), author.addresses.empty()) << row.header;
  }
}

}  // namespace
}  // namespace backstop::auth
