// What is kept in the quarantine, as a table, a page and JSON. Nothing in them can steer a terminal. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <span>
#include <string>

#include "store/quarantine.h"

namespace backstop::report {

/// Returns a line for each response, with the times in this machine's zone. `keep`: how long they are kept.
std::string quarantine_table(std::span<const store::KeptEnvelope> kept, std::chrono::hours keep);

/// Returns the facts of one response and, below them, the fields of its header.
std::string quarantine_page(const store::KeptResponse& kept, std::chrono::hours keep);

boost::json::object to_json(const store::KeptEnvelope& kept, std::chrono::hours keep);

}  // namespace backstop::report
