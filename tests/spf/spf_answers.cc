// Answers the cases of SPF on standard input, which are lines as scripts/convert-spf-tests writes them, with
// a line each: the name, the result, the explanation.
#include <cstdio>
#include <iostream>
#include <string>

#include "auth/spf_suite_fixture.h"

int main() {
  namespace auth = backstop::auth;
  for (const auto& row : auth::read_suite(std::cin)) {
    const auto outcome = auth::run(auth::check_host(row.query, row.zone->ask()));
    std::cout << row.name << '\t' << auth::name(outcome.result) << '\t' << outcome.explanation << '\n';
  }
  return 0;
}
