// For tests: cases of SPF as a table of lines, which scripts/convert-spf-tests describes.
#pragma once

#include <istream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "auth/spf.h"
#include "auth/zone_fixture.h"
#include "base/text.h"

namespace backstop::auth {

struct SuiteRow {
  std::string scenario;
  std::shared_ptr<Zone> zone;
  std::string name;
  SpfQuery query;
  std::string want_results;  ///< with commas between
  std::string want_explanation;
};

inline std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain += text[i];
    } else if (text[++i] == 'x') {
      plain += static_cast<char>(base::hex_value(text[i + 1]) << 4 | base::hex_value(text[i + 2]));
      i += 2;
    } else {
      plain += text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i];
    }
  }
  return plain;
}

/// Returns seven fields; those that a line doesn't have are empty.
inline std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, '\t');) fields.push_back(unescaped(field));
  fields.resize(7);
  return fields;
}

inline SpfQuery query_of(const std::vector<std::string>& fields) {
  const std::string& sender = fields[4];
  const auto at = sender.rfind('@');
  SpfQuery query{.client = net::asio::ip::make_address(fields[2]), .helo = fields[3]};
  if (at == std::string::npos) return query;
  query.local = sender.substr(0, at);
  query.domain = sender.substr(at + 1);
  return query;
}

inline std::vector<SuiteRow> read_suite(std::istream& file) {
  std::vector<SuiteRow> rows;
  std::string scenario;
  std::shared_ptr<Zone> zone;
  for (std::string line; std::getline(file, line);) {
    const auto fields = fields_of(line);
    if (fields[0] == "scenario") {
      scenario = fields[1];
      zone = std::make_shared<Zone>();
    } else if (fields[0] == "zone") {
      zone->add({fields[1], fields[2], fields[3]});
    } else if (fields[0] == "test") {
      rows.push_back({scenario, zone, fields[1], query_of(fields), fields[5], fields[6]});
    }
  }
  return rows;
}

}  // namespace backstop::auth
