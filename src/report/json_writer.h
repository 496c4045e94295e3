// Writes one line of JSON without a tree of it in memory: `classify` writes one for each mail of a folder.
// What it writes is what json_line() makes of the same values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace backstop::report {

/// Appends a character as \uXXXX, or as two of them.
void append_json_escape(std::int32_t code, std::string& out);

/// Keys must be plain ASCII without quotes. An empty key is that of a member of a list, or of the whole.
class JsonWriter {
 public:
  JsonWriter() { line_.reserve(kUsualLine); }

  void begin_object(std::string_view key = {}) { begin(key) += '{'; }
  void end_object() { line_ += '}'; }
  void begin_list(std::string_view key = {}) { begin(key) += '['; }
  void end_list() { line_ += ']'; }

  /// Takes any bytes. Those that are no UTF-8 become U+FFFD, and characters that base::hides_text() names are
  /// written as \uXXXX.
  void text(std::string_view key, std::string_view value);
  void number(std::string_view key, std::int64_t value);
  void truth(std::string_view key, bool value) { begin(key) += value ? "true" : "false"; }
  void none(std::string_view key) { begin(key) += "null"; }

  /// Returns what was written, with its line end.
  std::string take_line() && { return std::move(line_ += '\n'); }

 private:
  static constexpr std::size_t kUsualLine = 2048;

  /// Writes the comma before a member, and its key; returns line_.
  std::string& begin(std::string_view key);
  void append_beyond_plain(std::string_view& value);

  std::string line_;
};

}  // namespace backstop::report
