// Everything that is known about one mail, and its two forms: a line of JSON, and a page for people.
#pragma once

#include <string>
#include <string_view>

#include "origin/origin.h"
#include "response/response.h"

namespace backstop::report {

struct Findings {
  std::string file;  ///< its path as given; may hold any bytes
  response::Response response;
  origin::Origin origin;
  bool is_cut_short = false;  ///< the file held less than the whole mail, or more than is read
};

/// Returns, in plain sentences on one line, what the mail is and whether we wrote the mail that it answers.
std::string explanation(const Findings& findings);

/// Returns one line of JSON as docs/classify.schema.json has it, with the line end. Always well-formed UTF-8.
std::string to_json_line(const Findings& findings);

/// Returns the explanation, and the facts as a short table. Nothing in it can steer a terminal.
std::string to_page(const Findings& findings);

}  // namespace backstop::report
