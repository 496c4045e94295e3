// How everything in this room gets answers of DNS: a caller's function, so that a test answers from a table
// (auth/zone_fixture.h), and a server from its cache and its own resolver (auth/resolver.h).
#pragma once

#include <functional>

#include "net/dns_answer.h"
#include "net/task.h"

namespace backstop::auth {

/// Answers a question, as Failed within a time that whoever made it sets.
using Ask = std::function<net::Task<net::DnsAnswer>(net::Question)>;

}  // namespace backstop::auth
