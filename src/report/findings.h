// All that is found out about one mail, and its two forms: a JSON object a line, and a page for people.
#pragma once

#include <string>
#include <string_view>

#include "origin/origin.h"
#include "response/response.h"

namespace backstop::report {

struct Findings {
  std::string file;  ///< where the mail was read from; may hold any bytes
  response::Response response;
  origin::Origin origin;
  bool is_cut_short = false;  ///< the file held less than the whole mail, or more than is read
};

/// What the mail is and whether we wrote the mail that it answers, in plain sentences on one line.
std::string explanation(const Findings& findings);

/// One line of JSON as docs/classify.schema.json has it, with the line end. Always well-formed UTF-8.
std::string to_json_line(const Findings& findings);

/// The explanation, and the facts as a short table. Nothing in it can steer a terminal.
std::string to_page(const Findings& findings);

}  // namespace backstop::report
